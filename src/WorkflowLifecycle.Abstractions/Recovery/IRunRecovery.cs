namespace WorkflowLifecycle;

/// <summary>Holds what is on record against what is there. A host does it by itself when it starts.</summary>
public interface IRunRecovery
{
    /// <summary>
    /// Goes once through all runs that are not over, for a process that does not stay: it takes over no tree, and carries on only those interrupted
    /// kills that can be over within the limit.
    /// </summary>
    /// <param name="limit">How long it may take, interrupted kills included.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The runs for which there was anything to do or to say.</returns>
    Task<IReadOnlyList<RecoveredRun>> SettleAsync(TimeSpan limit, CancellationToken cancellationToken = default);
}
