using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Json;

/// <summary>One thing that carries a mark.</summary>
internal sealed record LeakThingEntry(TraceKind Kind, string Name, int? Pid, IReadOnlyList<string> Signs, string? MarkedRun);
