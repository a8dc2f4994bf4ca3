using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>Who used something last, by number, and when at the latest (seconds).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SystemVUse(int Pid, long At);
