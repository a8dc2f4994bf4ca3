using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Recovery;

/// <summary>The door to the recovery for a process that does not stay.</summary>
internal sealed class RunRecovery(StoreStart start, StartRecovery recovery) : IRunRecovery
{
    public async Task<IReadOnlyList<RecoveredRun>> SettleAsync(TimeSpan limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        return await recovery.SettleAsync(limit, cancellationToken).ConfigureAwait(false);
    }
}
