namespace WorkflowLifecycle;

/// <summary>A page of ended runs, the one that ended first at the top.</summary>
/// <param name="Ends">The ends.</param>
/// <param name="Next">Cursor of the next page; null when this is the last.</param>
public sealed record EndPage(IReadOnlyList<EndedRun> Ends, string? Next);
