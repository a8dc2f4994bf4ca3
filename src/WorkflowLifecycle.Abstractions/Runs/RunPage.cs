namespace WorkflowLifecycle;

/// <summary>A page of runs, newest first (by the order in which their rows were committed).</summary>
/// <param name="Runs">The rows.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record RunPage(IReadOnlyList<RunRecord> Runs, string? Next);
