using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>struct timespec of a 64-bit machine.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeValue
{
    public long Seconds;
    public long Nanoseconds;
}
