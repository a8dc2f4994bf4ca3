namespace WorkflowLifecycle.Cli.Json;

/// <summary>What a phase waited for.</summary>
internal sealed record AwaitedWorkEntry(string Description, int? Pid, double DurationMs, bool IsDone);
