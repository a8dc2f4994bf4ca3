namespace WorkflowLifecycle;

/// <summary>What was forgotten.</summary>
/// <param name="Runs">The runs whose rows went, as they were, the one that ended first at the top.</param>
/// <param name="MayBeMore">True when the batch was full.</param>
public sealed record PurgeResult(IReadOnlyList<RunRecord> Runs, bool MayBeMore);
