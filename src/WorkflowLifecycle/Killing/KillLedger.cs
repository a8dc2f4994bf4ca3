using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>Writes what a kill must leave on record: intent before the first signal, outcome before the answer.</summary>
internal sealed class KillLedger(IProcessStore store, AuditDrafts audit, EventSignal signal, TimeProvider timeProvider)
{
    // P5: a kill does not wait longer for its intent to become durable.
    private static readonly TimeSpan IntentLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Commits the intent, or finds what stands in the way.</summary>
    /// <returns>What was met, the run as it is now, and the kill that counts.</returns>
    /// <exception cref="StoreUnavailableException">Not durable in time.</exception>
    public async Task<(IntentOutcome Outcome, RunRecord Run, KillRecord Kill)> BeginAsync(RunRecord run, KillRecord kill, string ground, int processes)
    {
        using CancellationTokenSource limit = new(IntentLimit, timeProvider);
        try
        {
            while (true)
            {
                // The token asks the store to stop; the wait does not depend on whether it does.
                CommitResult result = await store.CommitAsync(Intent(run, kill, ground, processes), CommitDurability.Machine, limit.Token)
                    .AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
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
    public async Task EscalateAsync(KillRecord kill, string actor, string reason, string ground)
    {
        KillRecord? current = kill;
        CommitResult result;
        do
        {
            // A kill that was faster over has nothing left to raise; who asked for more is on record all the same.
            StoreCommit commit = new()
            {
                UpdateKill = current is { IsOpen: true, Mode: < KillMode.Emergency } ? current with { Mode = KillMode.Emergency } : null,
                Audit = [audit.Of(AuditStages.Escalated, kill.RunId, actor, kill.KillId, reason, ("ground", ground))],
                Events = [Event(EventKinds.KillEscalated, kill.RunId, RunState.Stopping, null)],
            };
            result = await store.CommitAsync(commit, CommitDurability.Machine).ConfigureAwait(false);
            current = result.Kill;
        }
        while (!result.IsCommitted);

        signal.Raise();
    }

    /// <summary>Records that nothing was done, and why.</summary>
    public async Task DenyAsync(RunRecord run, KillRecord kill, KillReport report)
    {
        StoreCommit commit = new()
        {
            // Without its key: a refusal does not use it up.
            AddKill = kill with { State = KillState.Denied, IdempotencyKey = null, CompletedAt = timeProvider.GetUtcNow(), Report = report },
            Audit =
            [
                Requested(kill),
                audit.Of(AuditStages.Denied, run.RunId, kill.RequestedBy, kill.KillId, null, ("missing", report.Message ?? string.Empty)),
            ],
            Events = [Event(EventKinds.KillDenied, run.RunId, run.State, null)],
        };
        await store.CommitAsync(commit, CommitDurability.Machine).ConfigureAwait(false);
        signal.Raise();
    }

    /// <summary>Writes a step behind the kill's back: it is derived again if it is lost.</summary>
    public async Task RecordTerminateAsync(KillRecord kill, int signalled)
    {
        StoreCommit commit = new()
        {
            Audit = [audit.Of(AuditStages.Signal, kill.RunId, kill.RequestedBy, kill.KillId, null, ("signal", "SIGTERM"), ("processes", Number(signalled)))],
        };
        await store.CommitAsync(commit, CommitDurability.Process).ConfigureAwait(false);
    }

    /// <summary>Commits an outcome: of an open kill, or, where the store was away at the intent, of one that is written whole now.</summary>
    /// <returns>The report on record: another process may have been faster.</returns>
    public async Task<KillReport> CompleteAsync(KillRecord kill, string ground, KillReport report, Func<RunRecord, RunRecord> finish, bool sentKill)
    {
        bool isOver = report.Outcome != KillOutcome.KillUnconfirmed;
        while (true)
        {
            RunRecord run = await ReadAsync(kill.RunId, CancellationToken.None).ConfigureAwait(false);
            KillRecord? current = await store.FindKillAsync(kill.KillId).ConfigureAwait(false);
            if (current is { State: KillState.Completed, Report: { } stored })
            {
                return stored;
            }

            KillReport final = report with { Mode = current?.Mode > report.Mode ? current.Mode : report.Mode };
            KillRecord row = (current ?? kill) with
            {
                Mode = final.Mode,
                State = isOver ? KillState.Completed : KillState.Unconfirmed,
                CompletedAt = isOver ? timeProvider.GetUtcNow() : null,
                Report = final,
            };
            StoreCommit commit = new()
            {
                UpdateRun = run.State.IsFinal ? null : finish(run),
                AddKill = current is null ? row : null,
                UpdateKill = current is null ? null : row,
                Audit = current is null ? [.. Spooled(row, ground, report), .. Outcome(row, final, sentKill)] : Outcome(row, final, sentKill),
                Events = [Event(isOver ? EventKinds.KillCompleted : EventKinds.KillUnconfirmed, kill.RunId, run.State.IsFinal ? run.State : finish(run).State, final.Outcome.ToString())],
            };
            CommitResult result = await store.CommitAsync(commit, CommitDurability.Machine).ConfigureAwait(false);
            if (result.IsCommitted)
            {
                signal.Raise();
                return final;
            }

            if (current is null && result.Outcome == CommitOutcome.KillExists)
            {
                // The key belongs to another kill; this one happened all the same.
                kill = kill with { IdempotencyKey = null };
            }
        }
    }

    public async Task<RunRecord> ReadAsync(RunId runId, CancellationToken cancellationToken) =>
        await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);

    /// <summary>The report of a kill that another process brought to its end; null when there is none, or the store does not say in time.</summary>
    public async Task<KillReport?> FindDoneAsync(KillId killId)
    {
        try
        {
            KillRecord? kill = await store.FindKillAsync(killId).AsTask().WaitAsync(IntentLimit, timeProvider).ConfigureAwait(false);
            return kill is { State: KillState.Completed } ? kill.Report : null;
        }
        catch (Exception exception) when (exception is TimeoutException or StoreUnavailableException)
        {
            // P11: ending what is over already is harmless, waiting for a store is not.
            return null;
        }
    }

    private static string Number(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private StoreCommit Intent(RunRecord run, KillRecord kill, string ground, int processes) => new()
    {
        UpdateRun = run with { State = RunState.Stopping, KillId = kill.KillId },
        AddKill = kill with { State = KillState.IntentWritten },
        Audit =
        [
            Requested(kill),
            audit.Of(AuditStages.Authorized, run.RunId, kill.RequestedBy, kill.KillId, null, ("ground", ground)),
            audit.Of(AuditStages.IntentWritten, run.RunId, kill.RequestedBy, kill.KillId, null, ("processes", Number(processes)), ("strength", run.Containment?.Strength.ToString() ?? "none")),
        ],
        Events = [Event(EventKinds.KillIntent, run.RunId, RunState.Stopping, null)],
    };

    private AuditDraft Requested(KillRecord kill) =>
        audit.Of(AuditStages.Requested, kill.RunId, kill.RequestedBy, kill.KillId, kill.Reason, ("mode", kill.Mode.ToString()), ("door", kill.Door));

    // What the store was not there to take when it happened.
    private List<AuditDraft> Spooled(KillRecord kill, string ground, KillReport report) =>
    [
        Requested(kill),
        audit.Of(AuditStages.Authorized, kill.RunId, kill.RequestedBy, kill.KillId, null, ("ground", ground)),
        audit.Of(
            AuditStages.IntentWritten, kill.RunId, kill.RequestedBy, kill.KillId, null,
            ("processes", Number(report.ProcessesBefore.Count)), ("strength", report.Strength.ToString()), ("durable", "spooled")),
    ];

    private List<AuditDraft> Outcome(KillRecord kill, KillReport report, bool sentKill)
    {
        List<AuditDraft> entries = [];
        if (sentKill)
        {
            entries.Add(audit.Of(AuditStages.Signal, kill.RunId, kill.RequestedBy, kill.KillId, null, ("signal", "SIGKILL"), ("to", "the whole containment")));
        }

        entries.Add(report.Outcome == KillOutcome.KillUnconfirmed
            ? audit.Of(AuditStages.Unconfirmed, kill.RunId, kill.RequestedBy, kill.KillId, null, ("survivors", Number(report.Survivors.Count)))
            : audit.Of(AuditStages.ProvenDead, kill.RunId, kill.RequestedBy, kill.KillId, null, ("proof", report.Proof.ToString()), ("strength", report.Strength.ToString())));
        if (report.Outcome != KillOutcome.KillUnconfirmed)
        {
            entries.AddRange(report.Cleanup.Select(line => audit.Of("Cleaned", kill.RunId, kill.RequestedBy, kill.KillId, null, ("cleaner", line.Cleaner), ("outcome", line.Outcome))));
            entries.Add(audit.Of(AuditStages.Completed, kill.RunId, kill.RequestedBy, kill.KillId, null, ("outcome", report.Outcome.ToString())));
        }

        return entries;
    }

    private RunEvent Event(string kind, RunId runId, RunState state, string? message) =>
        new() { RunId = runId, Kind = kind, State = state, At = timeProvider.GetUtcNow(), Message = message };
}
