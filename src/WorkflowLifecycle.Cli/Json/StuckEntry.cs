namespace WorkflowLifecycle.Cli.Json;

/// <summary>A run that was not ready for too long.</summary>
internal sealed record StuckEntry(string RunId, string State, double NotReadySeconds);
