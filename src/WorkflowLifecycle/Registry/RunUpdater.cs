using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Registry;

/// <summary>Changes rows by compare-and-set, by the state table only, and tells it as an event.</summary>
internal sealed class RunUpdater(IProcessStore store, TimeProvider timeProvider, EventSignal signal)
{
    /// <summary>Applies a change to the row as it is; again when somebody else was faster.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="change">From the row as it is to the commit that changes it; null when there is nothing (more) to change.</param>
    /// <param name="durability">How durable.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The row now, and whether this call changed it. Null when there is no such row.</returns>
    public async Task<(RunRecord? Run, bool Changed)> UpdateAsync(
        RunId runId, Func<RunRecord, StoreCommit?> change, CommitDurability durability, CancellationToken cancellationToken)
    {
        RunRecord? current = await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false);
        while (current is not null)
        {
            StoreCommit? commit = change(current);
            if (commit?.UpdateRun is not { } updated)
            {
                return (current, false);
            }

            if (!RunStateTable.Allows(current.State, updated.State))
            {
                throw new InvalidOperationException($"Run {runId} cannot go from {current.State} to {updated.State}.");
            }

            CommitResult result = await store.CommitAsync(WithEvent(commit, current, updated), durability, cancellationToken).ConfigureAwait(false);
            if (result.IsCommitted)
            {
                signal.Raise();
                return (result.Run, true);
            }

            if (result.Outcome != CommitOutcome.RunConflict)
            {
                throw new InvalidOperationException($"Updating run {runId}: {result.Outcome}.");
            }

            current = result.Run;
        }

        return (null, false);
    }

    private StoreCommit WithEvent(StoreCommit commit, RunRecord before, RunRecord after)
    {
        if (before.State == after.State)
        {
            return commit;
        }

        RunEvent stateChange = new() { RunId = after.RunId, Kind = EventKinds.State, State = after.State, At = timeProvider.GetUtcNow(), Message = after.Failure };
        return commit with { Events = [.. commit.Events, stateChange] };
    }
}
