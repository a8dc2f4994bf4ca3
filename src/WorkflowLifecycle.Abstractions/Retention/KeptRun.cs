namespace WorkflowLifecycle;

/// <summary>A run that is old enough to be forgotten, and stays.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Reason">Why it stays.</param>
public sealed record KeptRun(RunId RunId, string Reason);
