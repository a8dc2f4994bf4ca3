namespace WorkflowLifecycle;

/// <summary>
/// Frees one kind of resource that a run leaves behind: finds it, frees it, and looks whether it is gone. To implement: it will not grow members.
/// One instance serves all runs of the host at once. Everything it does is repeated freely: a debt may be retried in another process, days later,
/// so a resource that is gone already is freed. What it throws, and what it hangs on, costs only its own line in the receipt and becomes a debt.
/// The conformance suite in WorkflowLifecycle.Testing.Conformance is its contract.
/// </summary>
public interface IResourceCleaner
{
    /// <summary>Its name in rows, receipts and debts: 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>-</c>, unique in the host, for ever the same.</summary>
    string Name { get; }

    /// <summary>The longest it may take at the end of a run, for everything it found there; above 0, at most 24 h. An emergency lowers it.</summary>
    TimeSpan Ceiling { get; }

    /// <summary>
    /// Finds what is provably this run's, and only that; what merely looks like it is reported (<see cref="ResourceHandling.Report"/>) or left out. Called
    /// before the first signal of a graceful kill, where processes can still be asked for what they hold, and after the proof of the end; an
    /// <see cref="IResourceWatcher"/> also while the run goes on.
    /// </summary>
    /// <exception cref="Exception">It can't tell: that is a line of the receipt and a debt, never "nothing found".</exception>
    ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default);

    /// <summary>Frees one resource. Only called after the proof of the end, and only for <see cref="ResourceHandling.Clean"/>.</summary>
    /// <exception cref="Exception">It could not; the message says why, and goes into the receipt.</exception>
    ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default);

    /// <summary>Whether this very resource, not one that has its name by now, is still there.</summary>
    /// <exception cref="Exception">It can't tell: unknown is never "cleaned".</exception>
    ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default);
}
