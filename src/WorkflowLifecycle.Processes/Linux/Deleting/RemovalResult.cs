namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>What became of a tree that was to be removed.</summary>
/// <param name="Removed">Entries that were removed, the base among them.</param>
/// <param name="Remaining">Entries that stay by themselves; what stays because of them is not counted.</param>
/// <param name="Why">The first of them by name, with the reasons; empty when nothing stays.</param>
internal sealed record RemovalResult(long Removed, long Remaining, string Why)
{
    public bool IsGone => Remaining == 0;
}
