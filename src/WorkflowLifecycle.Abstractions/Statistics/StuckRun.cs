namespace WorkflowLifecycle;

/// <summary>A run that was not ready for too long.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="NotReadyFor">For how long it was not ready.</param>
public sealed record StuckRun(RunId RunId, RunState State, TimeSpan NotReadyFor);
