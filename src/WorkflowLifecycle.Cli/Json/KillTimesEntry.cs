namespace WorkflowLifecycle.Cli.Json;

/// <summary>How long the kills of a mode took.</summary>
internal sealed record KillTimesEntry(KillMode Mode, int Count, double AverageMs, double P99Ms, double LongestMs);
