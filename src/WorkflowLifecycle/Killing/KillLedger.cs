using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>Writes what a kill must leave on record: intent before the first signal, outcome before the answer.</summary>
internal sealed class KillLedger(IProcessStore store, StoreOpening opening, StepWriter steps, KillAudit audit, EventSignal signal, TimeProvider timeProvider)
{
    // P5: a kill does not wait longer for its intent to become durable.
    private static readonly TimeSpan IntentLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Commits the intent, or finds what stands in the way.</summary>
    /// <returns>What was met, the run as it is now, and the kill that counts.</returns>
    /// <exception cref="StoreUnavailableException">Not durable in time. The store may still take it: see <see cref="IntentWithdrawal"/>.</exception>
    public async Task<(IntentOutcome Outcome, RunRecord Run, KillRecord Kill)> BeginAsync(RunRecord run, KillRecord kill, string ground, int processes)
    {
        using CancellationTokenSource limit = new(IntentLimit, timeProvider);
        try
        {
            while (true)
            {
                // The token asks the store to stop; the wait does not depend on whether it does.
                CommitResult result = await steps.CommitAsync(PersistedStep.IntentRecorded, Intent(run, kill, ground, processes), CommitDurability.Machine, limit.Token)
                    .Observed().WaitAsync(limit.Token).ConfigureAwait(false);
                RunRecord now = result.Run ?? await ReadAsync(run.RunId, limit.Token).ConfigureAwait(false);
                switch (result.Outcome)
                {
                    case CommitOutcome.Committed:
                        signal.Raise();
                        return (IntentOutcome.Written, now, result.Kill!);
                    case CommitOutcome.KillExists when result.Kill is { } other:
                        return (other.IsOpen ? IntentOutcome.Joined : IntentOutcome.Over, now, other);
                    case CommitOutcome.RunConflict when !now.State.IsFinal:
                        run = now;
                        break;
                    default:
                        return (IntentOutcome.Over, now, kill);
                }
            }
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested)
        {
            throw new StoreUnavailableException($"The store {store.Location} did not take the intent within {IntentLimit.TotalMilliseconds:0} ms. Free it, or ask for an emergency kill.", exception);
        }
    }

    /// <summary>Raises the mode of an open kill, with the second actor on record.</summary>
    public async Task EscalateAsync(KillRecord kill, KillRecord asked, string ground)
    {
        KillRecord? current = kill;
        CommitResult result;
        do
        {
            // A kill that was faster over has nothing left to raise; who asked for more is on record all the same.
            StoreCommit commit = new()
            {
                UpdateKill = current is { IsOpen: true, Mode: < KillMode.Emergency } ? current with { Mode = KillMode.Emergency } : null,
                Audit = [audit.Escalated(kill, asked, ground)],
                Events = [Event(EventKinds.KillEscalated, kill.RunId, RunState.Stopping, null)],
            };
            result = await steps.CommitAsync(PersistedStep.EscalationRecorded, commit, CommitDurability.Machine).ConfigureAwait(false);
            current = result.Kill;
        }
        while (!result.IsCommitted);

        signal.Raise();
    }

    /// <summary>Records that nothing was done, and why.</summary>
    public Task DenyAsync(RunRecord run, KillRecord kill, KillReport report) =>
        CloseUnbegunAsync(PersistedStep.DenialRecorded, run, kill, report, [audit.Requested(kill), audit.Denied(kill, report.Message ?? string.Empty)]);

    /// <summary>Records that a kill was permitted and refused all the same. Once that is on record, an intent of that id never can be.</summary>
    /// <returns>False when the intent is on record already.</returns>
    public Task<bool> RefuseAsync(RunRecord run, KillRecord kill, string ground, KillReport report) => CloseUnbegunAsync(
        PersistedStep.RefusalRecorded, run, kill, report, [audit.Requested(kill), audit.Authorized(kill, ground), audit.Refused(kill, report.Message ?? string.Empty)]);

    /// <summary>Takes back an intent that came on record after its kill was refused, unless somebody has taken it up.</summary>
    /// <returns>True when it was taken back.</returns>
    public async Task<bool> WithdrawAsync(KillRecord kill, KillReport report)
    {
        while (await store.FindKillAsync(kill.KillId).ConfigureAwait(false) is { State: KillState.IntentWritten, Version: 1 } current)
        {
            RunRecord run = await ReadAsync(kill.RunId, CancellationToken.None).ConfigureAwait(false);
            bool isMarked = run.State == RunState.Stopping && run.KillId == kill.KillId;
            RunState before = run.Root is null ? RunState.Launching : run.ReadyAt is null ? RunState.Initializing : RunState.Running;
            StoreCommit commit = new()
            {
                UpdateRun = isMarked ? run with { State = before, KillId = null } : null,
                UpdateKill = current with { State = KillState.Denied, CompletedAt = timeProvider.GetUtcNow(), Report = report },
                Audit = [audit.Withdrawn(kill, report.Message ?? string.Empty)],
                Events = [Event(EventKinds.KillDenied, run.RunId, isMarked ? before : run.State, null)],
            };
            if ((await steps.CommitAsync(PersistedStep.IntentWithdrawn, commit, CommitDurability.Machine).ConfigureAwait(false)).IsCommitted)
            {
                signal.Raise();
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a step behind the kill's back: it is derived again if it is lost.</summary>
    public Task RecordToldAsync(KillRecord kill, string by, int? processes) => AppendAsync(PersistedStep.LeaveRecorded, audit.Told(kill, by, processes));

    /// <summary>Tells who watches for what a kill waits; nothing any more when the text is empty. Only a remark: it may be lost.</summary>
    public async Task RecordWaitingAsync(KillRecord kill, string waiting)
    {
        StoreCommit commit = new() { Events = [Event(EventKinds.KillWaiting, kill.RunId, RunState.Stopping, waiting)] };
        await steps.CommitAsync(PersistedStep.WaitingRecorded, commit, CommitDurability.Process).ConfigureAwait(false);
        signal.Raise();
    }

    /// <summary>Records that a kill goes on in another process than it began in; from then on nobody takes it back.</summary>
    /// <returns>The kill as it was brought to its end or taken back meanwhile; null when it goes on.</returns>
    public async Task<KillRecord?> TakeUpAsync(KillRecord kill, string actor, bool isInHurry)
    {
        using CancellationTokenSource limit = new(isInHurry ? IntentLimit : Timeout.InfiniteTimeSpan, timeProvider);
        try
        {
            KillRecord? current = kill;
            while (current is { IsOpen: true })
            {
                StoreCommit commit = new() { UpdateKill = current, Audit = [audit.Resumed(current, actor)] };
                CommitResult result = await steps.CommitAsync(PersistedStep.ResumptionRecorded, commit, CommitDurability.Machine, limit.Token)
                    .Observed().WaitAsync(limit.Token).ConfigureAwait(false);
                if (result.IsCommitted)
                {
                    return null;
                }

                current = result.Kill;
            }

            return current;
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested)
        {
            throw new StoreUnavailableException($"The store {store.Location} did not say within {IntentLimit.TotalMilliseconds:0} ms whether the kill stands.", exception);
        }
    }

    /// <summary>Records that a kill goes on in another process than it began in.</summary>
    public Task RecordResumedAsync(KillRecord kill, string actor) => AppendAsync(PersistedStep.ResumptionRecorded, audit.Resumed(kill, actor));

    /// <summary>Records a request that began no kill of its own.</summary>
    public Task RecordMetAsync(KillRecord asked, string ground, KillId met, string how) => AppendAsync(PersistedStep.RequestRecorded, audit.Met(asked, ground, met, how));

    /// <summary>Commits an outcome: of an open kill, or, where the store was away at the intent, of one that is written whole now.</summary>
    /// <param name="kill">The kill as it was last seen.</param>
    /// <param name="ground">On what ground it was permitted.</param>
    /// <param name="end">The outcome.</param>
    /// <param name="late">What the run's row as it is knows and the cleaning did not.</param>
    /// <param name="finish">From the run's row as it is to the row as the outcome makes it.</param>
    /// <param name="asWritten">The run's row as the commit of the intent made it, with <paramref name="kill"/> likewise; null when that is not known.</param>
    /// <returns>The report on record, and whether this call wrote it: another process may have been faster.</returns>
    public async Task<(KillReport Report, bool IsOurs)> CompleteAsync(
        KillRecord kill, string ground, KillEnd end, Func<RunRecord, IEnumerable<CleanupDebt>> late, Func<RunRecord, RunRecord> finish, RunRecord? asWritten)
    {
        // It may never have been open: the run was found without it.
        await opening.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        KillReport report = end.Report;
        bool isOver = report.Outcome != KillOutcome.KillUnconfirmed;
        bool isBesideAnother = false;
        (RunRecord Run, KillRecord? Kill)? known = asWritten is null ? null : (asWritten, kill);
        while (true)
        {
            (RunRecord run, KillRecord? current) = known ?? await ReadBothAsync(kill).ConfigureAwait(false);
            known = null;
            if (current is { IsOpen: false, Report: { } stored })
            {
                // Brought to its end by another, or taken back.
                if (end.Debts.Count > 0)
                {
                    // What this one could not free may be free by the other: then the first retry settles it.
                    await steps.CommitAsync(PersistedStep.LateDebtsRecorded, new StoreCommit { AddDebts = end.Debts }, CommitDurability.Process).ConfigureAwait(false);
                }

                return (stored, false);
            }

            KillReport final = report with { Mode = current?.Mode > report.Mode ? current.Mode : report.Mode };
            KillRecord row = (current ?? kill) with
            {
                Mode = final.Mode,
                State = isOver ? KillState.Completed : KillState.Unconfirmed,
                CompletedAt = isOver ? timeProvider.GetUtcNow() : null,
                Report = final,
            };
            RunRecord? finished = run.State.IsFinal ? null : finish(run);
            IReadOnlyList<AuditDraft> outcome = audit.Outcome(row, final, end.SentKill);
            KillRecord? closed = current is null && isOver ? await CloseOpenAsync(run, final).ConfigureAwait(false) : null;
            StoreCommit commit = new()
            {
                UpdateRun = isBesideAnother && finished is not null ? finished with { KillId = run.KillId } : finished,
                AddKill = current is null && !isBesideAnother ? row : null,
                UpdateKill = current is null ? closed : row,
                Audit = current is not null ? outcome
                    : isBesideAnother ? []
                    :
                    [
                        .. audit.SpooledIntent(row, ground, report.ProcessesBefore.Count, report.Strength.ToString(), kill.RequestedAt), .. outcome,
                        .. closed is null ? Array.Empty<AuditDraft>() : [audit.Completed(closed, closed.Report!)],
                    ],
                AddDebts = finished is null || !isOver ? end.Debts : [.. end.Debts, .. late(run)],
                Events = [Event(isOver ? EventKinds.KillCompleted : EventKinds.KillUnconfirmed, kill.RunId, (finished ?? run).State, final.Outcome.ToString())],
            };
            CommitResult result = await steps.CommitAsync(isOver ? PersistedStep.OutcomeRecorded : PersistedStep.UnconfirmedRecorded, commit, CommitDurability.Machine).ConfigureAwait(false);
            if (result.IsCommitted)
            {
                signal.Raise(commit);
                return (final, true);
            }

            if (current is null && result.Outcome == CommitOutcome.KillExists && result.Kill?.KillId != kill.KillId)
            {
                // The key belongs to another kill; this one happened all the same. Or another kill is open, and this one can come on record
                // only when it is over: until then the spool has its intent, the audit no signal without one, and the row names the kill that is open.
                isBesideAnother = !isOver && result.Kill is { IsOpen: true };
                kill = kill with { IdempotencyKey = null };
            }
        }
    }

    public async Task<RunRecord> ReadAsync(RunId runId, CancellationToken cancellationToken) =>
        await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);

    /// <summary>
    /// The kill as another process brought it to its end, or took it back; where ours never came on record, the one that ended the run
    /// meanwhile. Null when there is none, or the store does not say in time.
    /// </summary>
    public async Task<KillRecord?> FindClosedAsync(KillRecord kill)
    {
        try
        {
            return await FindClosedAsync(kill, CancellationToken.None).Observed().WaitAsync(IntentLimit, timeProvider).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or StoreUnavailableException)
        {
            // P11: ending what is over already is harmless, waiting for a store is not.
            return null;
        }
    }

    private async Task<KillRecord?> CloseOpenAsync(RunRecord run, KillReport report) =>
        run is { State.IsFinal: false, KillId: { } other } && other != report.KillId && await store.FindKillAsync(other).ConfigureAwait(false) is { IsOpen: true } open
            ? KillFinish.Beside(open, report, timeProvider.GetUtcNow())
            : null;

    private async Task<(RunRecord Run, KillRecord? Kill)> ReadBothAsync(KillRecord kill) => (
        await ReadAsync(kill.RunId, CancellationToken.None).ConfigureAwait(false),
        await store.FindKillAsync(kill.KillId).ConfigureAwait(false));

    private async Task<KillRecord?> FindClosedAsync(KillRecord kill, CancellationToken cancellationToken)
    {
        await opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (await store.FindKillAsync(kill.KillId, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known.IsOpen ? null : known;
        }

        return await store.FindRunAsync(kill.RunId, cancellationToken).ConfigureAwait(false) is { State.IsFinal: true, KillId: { } other }
            && await store.FindKillAsync(other, cancellationToken).ConfigureAwait(false) is { State: KillState.Completed } ended
            ? ended
            : null;
    }

    private StoreCommit Intent(RunRecord run, KillRecord kill, string ground, int processes) => new()
    {
        UpdateRun = run with { State = RunStateTable.Step(run.State, RunState.Stopping), KillId = kill.KillId },
        AddKill = kill with { State = KillState.IntentWritten },
        Audit = audit.Intent(kill, ground, processes, run.Containment?.Strength.ToString() ?? "none"),
        Events = [Event(EventKinds.KillIntent, run.RunId, RunState.Stopping, null)],
    };

    private async Task<bool> CloseUnbegunAsync(PersistedStep step, RunRecord run, KillRecord kill, KillReport report, IReadOnlyList<AuditDraft> entries)
    {
        StoreCommit commit = new()
        {
            // Without its key: a refusal does not use it up.
            AddKill = kill with { State = KillState.Denied, IdempotencyKey = null, CompletedAt = timeProvider.GetUtcNow(), Report = report },
            Audit = entries,
            Events = [Event(EventKinds.KillDenied, run.RunId, run.State, null)],
        };
        CommitResult result = await steps.CommitAsync(step, commit, CommitDurability.Machine).ConfigureAwait(false);
        signal.Raise();
        return result.IsCommitted;
    }

    private async Task AppendAsync(PersistedStep step, AuditDraft entry) =>
        await steps.CommitAsync(step, new StoreCommit { Audit = [entry] }, CommitDurability.Process).ConfigureAwait(false);

    private RunEvent Event(string kind, RunId runId, RunState state, string? message) =>
        new() { RunId = runId, Kind = kind, State = state, At = timeProvider.GetUtcNow(), Message = message };
}
