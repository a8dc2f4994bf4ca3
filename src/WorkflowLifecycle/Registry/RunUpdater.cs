using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Registry;

/// <summary>Adds rows, changes them by compare-and-set and by the state table only, and tells it as events.</summary>
internal sealed class RunUpdater(IProcessStore store, StepWriter steps, TimeProvider timeProvider, EventSignal signal)
{
    /// <summary>Makes a run known: from here on a crash leaves a row.</summary>
    /// <exception cref="RunAlreadyRegisteredException">There is a run of that id.</exception>
    public async Task AddAsync(PersistedStep step, RunRecord row, AuditDraft entry, CancellationToken cancellationToken)
    {
        StoreCommit commit = new()
        {
            AddRun = row,
            Audit = [entry],
            Events = [new RunEvent { RunId = row.RunId, Kind = EventKinds.Launching, State = row.State, At = row.CreatedAt }],
        };
        CommitResult result = await steps.CommitAsync(step, commit, CommitDurability.Machine, cancellationToken).ConfigureAwait(false);
        if (!result.IsCommitted)
        {
            throw new RunAlreadyRegisteredException(row.RunId, result.Run?.State ?? row.State);
        }

        signal.Raise();
    }

    /// <summary>Applies a change to the row as it is; again when somebody else was faster.</summary>
    /// <param name="step">What it is.</param>
    /// <param name="runId">The run.</param>
    /// <param name="change">From the row as it is to the commit that changes it; null when there is nothing (more) to change.</param>
    /// <param name="durability">How durable.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The row now, and whether this call changed it. Null when there is no such row.</returns>
    public async Task<(RunRecord? Run, bool Changed)> UpdateAsync(
        PersistedStep step, RunId runId, Func<RunRecord, StoreCommit?> change, CommitDurability durability, CancellationToken cancellationToken)
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

            CommitResult result = await steps.CommitAsync(step, WithEvent(commit, current, updated), durability, cancellationToken).ConfigureAwait(false);
            if (result.IsCommitted)
            {
                signal.Raise(commit);
                return (result.Run, true);
            }

            if (result.Outcome == CommitOutcome.KillConflict)
            {
                // The change was about the kill as well, and somebody is at that: the row is theirs.
                return (await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false), false);
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
