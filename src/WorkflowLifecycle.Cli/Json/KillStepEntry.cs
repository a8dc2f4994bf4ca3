namespace WorkflowLifecycle.Cli.Json;

internal sealed record KillStepEntry(string Name, double DurationMs, string Outcome);
