using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Signs;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>Holds a row whose host is gone against reality. "Can't tell" leaves the row alone.</summary>
internal sealed class RunReconciler(
    IProcessStore store,
    IContainmentPlatform platform,
    StepWriter steps,
    RunUpdater updater,
    RunFinisher finisher,
    RemainsSweeper sweeper,
    MainExits mainExits,
    IRedactor redactor,
    AuditDrafts audit,
    KillAudit killAudit,
    TimeProvider timeProvider,
    ILogger<RunReconciler> logger)
{
    private static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(200);

    public async Task<RunRecord> ReconcileAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.State.IsFinal || !RunStateTable.Known.Contains(run.State))
        {
            return run;
        }

        return platform.Look(run.Host) switch
        {
            ProcessPresence.OtherBoot => await LoseAsync(run, cancellationToken).ConfigureAwait(false),
            ProcessPresence.Gone when run.Containment is null => await UndoLaunchAsync(run, cancellationToken).ConfigureAwait(false),
            ProcessPresence.Gone when run.State == RunState.Launching && run.Containment!.Shim is null => await UndoAdoptionAsync(run, cancellationToken).ConfigureAwait(false),
            ProcessPresence.Gone => await ReconcileHeldAsync(run, cancellationToken).ConfigureAwait(false),
            _ => run,
        };
    }

    private async Task<RunRecord> ReconcileHeldAsync(RunRecord run, CancellationToken cancellationToken)
    {
        HoldStatus? status;
        bool? populated;
        bool isAnybodyLeft;
        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            status = await containment.ConnectAsync(cancellationToken).ConfigureAwait(false);
            populated = containment.IsPopulated();
            isAnybodyLeft = run.Containment!.Shim is null && populated is null && containment.Inspect(InspectionDepth.Shallow, LookLimit) is { Processes.Count: > 0 };
        }

        if (status is { IsEmpty: true, End: { } end } && populated != true)
        {
            return await finisher.FinishAsync(run, end).ConfigureAwait(false);
        }

        if ((status is not null || populated == true) && await finisher.TakeUpAsync(run).ConfigureAwait(false) is { } taken)
        {
            return taken;
        }

        if (status is not null)
        {
            return await FollowAsync(run, status, cancellationToken).ConfigureAwait(false);
        }

        // No holder, no record. An empty cgroup is a proof; without a cgroup the death of the root program is the best there is to know.
        bool rootIsGone = run.Root is { } root && platform.Look(root) == ProcessPresence.Gone;
        return populated == false ? await finisher.FinishAsync(run, new EndNotice { Proof = EndProof.CgroupEmpty }).ConfigureAwait(false)
            : populated is null && run.Containment!.CgroupPath is null && rootIsGone && !isAnybodyLeft ? await finisher.FinishAsync(run, new EndNotice { Proof = EndProof.None }).ConfigureAwait(false)
            : run;
    }

    // Nobody was there to write down what the holder saw meanwhile.
    private async Task<RunRecord> FollowAsync(RunRecord run, HoldStatus status, CancellationToken cancellationToken)
    {
        if (status.Exit is { } exit)
        {
            // From here on the row says who is left, not what the program said last.
            await mainExits.RecordAsync(run.RunId, exit).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        (RunRecord? updated, _) = await updater.UpdateAsync(
            PersistedStep.FollowingRecorded,
            run.RunId,
            row =>
            {
                bool isReady = status.IsReady || (status.HasOutput && row.Readiness == ReadinessSource.Undeclared);
                RunRecord next = (isReady ? row.Ready(timeProvider.GetUtcNow()) : row).WithStatus(status.RootExited ? null : RunProgress.StatusFound(status), redactor);
                return ReferenceEquals(next, row) ? null : new StoreCommit { UpdateRun = next };
            },
            CommitDurability.Process,
            cancellationToken).ConfigureAwait(false);
        return updated ?? run;
    }

    private Task<RunRecord> LoseAsync(RunRecord run, CancellationToken cancellationToken) =>
        CloseAsync(PersistedStep.LossRecorded, run, RunState.Lost, EndProof.BootEnded, "the machine was restarted", cancellationToken);

    // Its adopter died in the middle: a part of the tree may be in the cgroup. All of it goes on, where it was.
    private async Task<RunRecord> UndoAdoptionAsync(RunRecord run, CancellationToken cancellationToken)
    {
        string? problem = await Task.Run(() => steps.Take(PersistedStep.AdoptionUndone, () => platform.Adopter.Undo(run)), cancellationToken).ConfigureAwait(false);
        if (problem is not null)
        {
            Log.AdoptionNotUndone(logger, run.RunId, problem);
            return run;
        }

        return await CloseAsync(PersistedStep.AdoptionUndoRecorded, run, RunState.LaunchFailed, EndProof.None, "its adopter died in the middle; what was moved is put back, and goes on", cancellationToken).ConfigureAwait(false);
    }

    private Task<RunRecord> UndoLaunchAsync(RunRecord run, CancellationToken cancellationToken) =>
        run.Root is not null
            ? CloseAsync(PersistedStep.AdoptionUndoRecorded, run, RunState.LaunchFailed, EndProof.None, "its adopter died before it touched anything; the tree goes on", cancellationToken)
            : CloseAsync(PersistedStep.LaunchUndoRecorded, run, RunState.LaunchFailed, EndProof.NeverStarted, "its host died before the program was started", cancellationToken);

    private async Task<RunRecord> CloseAsync(PersistedStep step, RunRecord run, RunState state, EndProof proof, string why, CancellationToken cancellationToken)
    {
        // Nobody takes up a kill of a run that is over: what was begun ends with it.
        KillRecord? kill = run.KillId is { } killId && await store.FindKillAsync(killId, cancellationToken).ConfigureAwait(false) is { IsOpen: true } open
            ? Close(open, run with { State = state, Proof = proof }, why)
            : null;
        (RunRecord? updated, bool changed) = await updater.UpdateAsync(
            step,
            run.RunId,
            row => row.State.IsFinal || row.Version != run.Version
                ? null
                : new StoreCommit
                {
                    UpdateRun = row with { State = state, Proof = proof, Failure = why, EndedAt = timeProvider.GetUtcNow() },
                    UpdateKill = kill,
                    Audit =
                    [
                        audit.Of(AuditStages.Reconciled, row.RunId, "system:recovery", details: [("state", state.Name), ("why", why)]),
                        .. kill is null ? Array.Empty<AuditDraft>() : [killAudit.Completed(kill, kill.Report!)],
                    ],

                    // Nobody of it is left, and nobody has cleaned: that is done as for any debt.
                    AddDebts = proof == EndProof.None ? [] : CleanupDebts.OfAllCleaners(row, why, timeProvider.GetUtcNow()),
                    AddReceipt = proof == EndProof.None ? null : CleanupDebts.DeferredReceipt(row, why, timeProvider.GetUtcNow()),
                },
            CommitDurability.Machine,
            cancellationToken).ConfigureAwait(false);
        if (changed)
        {
            Log.Reconciled(logger, run.RunId, state, why);
            if (updated is { Containment: null })
            {
                // Its host may have died with everything made, and nothing of that on record.
                await sweeper.SweepAsync(updated).ConfigureAwait(false);
            }
        }

        return updated ?? run;
    }

    private KillRecord Close(KillRecord kill, RunRecord run, string why) => kill with
    {
        State = KillState.Completed,
        CompletedAt = timeProvider.GetUtcNow(),
        Report = run.Proof == EndProof.None ? KillReports.Of(run, kill, KillOutcome.EndedUnproven, why) : KillReports.Of(run, kill, KillOutcome.AlreadyExited, $"The kill was under way when {why}; nobody was left to end.") with { Proof = run.Proof },
    };
}
