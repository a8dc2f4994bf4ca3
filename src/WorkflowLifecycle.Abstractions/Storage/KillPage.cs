namespace WorkflowLifecycle;

/// <summary>A page of kills, by when they were asked for, oldest first.</summary>
/// <param name="Kills">The rows.</param>
/// <param name="Next">Cursor of the next page; null when this is the last.</param>
public sealed record KillPage(IReadOnlyList<KillRecord> Kills, string? Next);
