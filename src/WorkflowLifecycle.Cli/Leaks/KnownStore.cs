namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>A store that this machine knows of.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Session">Open on it; null when it could not be opened.</param>
/// <param name="Problem">Why not; null when it was.</param>
internal sealed record KnownStore(string Location, IWorkflowSession? Session, string? Problem);
