using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Launching;

/// <summary>Brings failed launches on record, and takes away what was made for them.</summary>
internal sealed class LaunchFailures(
    IProcessStore store, StepWriter steps, IContainmentPlatform platform, RunUpdater updater, RunCleanups cleanups, AuditDrafts audit, TimeProvider timeProvider)
{
    private const string Unanswered = "it did not answer at the launch, and may have made something after it failed";

    /// <summary>Writes the end of the row, unless somebody else did, and the receipt.</summary>
    public async Task RecordAsync(FailedLaunch launch)
    {
        EndProof proof = await ProveAsync(launch).ConfigureAwait(false);
        CleanupEnd cleaned = launch.Cleaned ??= Owe(launch, await CleanAsync(launch.Row, proof).ConfigureAwait(false));
        RunReceipt? receipt = cleaned.Receipt.Count == 0 ? null : new RunReceipt { RunId = launch.Row.RunId, At = timeProvider.GetUtcNow(), Cleanup = cleaned.Receipt };
        (_, bool changed) = await updater.UpdateAsync(
            PersistedStep.LaunchFailureRecorded,
            launch.Row.RunId,
            run => run.State != RunState.Launching ? null : new StoreCommit
            {
                UpdateRun = Close(run, launch.Why, proof),
                Audit =
                [
                    audit.Of(AuditStages.LaunchFailed, run.RunId, run.LaunchedBy, details: [("why", launch.Why)]),
                    .. audit.Cleaned(run.RunId, run.LaunchedBy, null, cleaned.Receipt),
                ],
                AddDebts = cleaned.Debts,
                AddReceipt = receipt,
            },
            CommitDurability.Machine,
            CancellationToken.None).ConfigureAwait(false);
        if (!changed && receipt is not null)
        {
            // It was killed at the gate, and who did that does not know what was made for it.
            await steps.CommitAsync(
                PersistedStep.LaunchRemainsRecorded,
                new StoreCommit { AddDebts = cleaned.Debts, AddReceipt = receipt, Audit = [.. audit.Cleaned(launch.Row.RunId, launch.Row.LaunchedBy, null, cleaned.Receipt)] },
                CommitDurability.Machine).ConfigureAwait(false);
        }
    }

    private RunRecord Close(RunRecord run, string why, EndProof proof) => run with
    {
        State = proof switch
        {
            EndProof.NeverStarted => RunState.LaunchFailed,
            EndProof.None => RunState.EndedUnproven,
            _ => RunState.Killed,
        },
        Failure = why,
        EndedAt = timeProvider.GetUtcNow(),
        Proof = proof,
    };

    private Task<CleanupEnd> CleanAsync(RunRecord row, EndProof proof)
    {
        RunCleanup cleanup = cleanups.OfFailedLaunch(row);
        return proof == EndProof.None ? Task.FromResult(cleanup.Withhold([])) : cleanup.CleanAsync(CancellationToken.None);
    }

    // Who hangs may still make something, when the cleaning is over: each is asked once more, later.
    private CleanupEnd Owe(FailedLaunch launch, CleanupEnd cleaned) => cleaned with
    {
        Debts =
        [
            .. cleaned.Debts,
            .. launch.Unanswered.Where(name => !cleaned.Debts.Any(debt => debt.Cleaner == name && debt.Resource is null))
                .Select(name => CleanupDebts.New(launch.Row, null, name, null, Unanswered, timeProvider.GetUtcNow())),
        ],
    };

    // A shim that was lost at the open gate may have started the program before it was.
    private async Task<EndProof> ProveAsync(FailedLaunch launch)
    {
        if (launch.Exception is not LaunchFailedException { Stage: LaunchStage.Shim }
            || await store.FindRunAsync(launch.Row.RunId).ConfigureAwait(false) is not { Containment: not null } run)
        {
            return EndProof.NeverStarted;
        }

        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            return containment.IsPopulated() == false ? EndProof.CgroupEmpty : EndProof.None;
        }
    }
}
