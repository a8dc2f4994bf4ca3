namespace WorkflowLifecycle.Cli.Json;

/// <summary>A run that is old enough to be forgotten, and stays.</summary>
internal sealed record KeptRunEntry(string RunId, string Reason);
