using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Spooling;

/// <summary>
/// Brings what was spooled on record: in the order it was written, and each kill once, by its id. First the store commits, then the entries are
/// settled: whoever dies in between leaves entries that the next merge finds on record. Nobody else of this user merges at the same time.
/// </summary>
internal sealed class SpoolMerge(KillSpool spool, IProcessStore store, StepWriter steps, KillAudit audit, EventSignal signal, TimeProvider timeProvider, ILogger<SpoolMerge> logger)
{
    private const string Recorded = "the outcome of its kill came from the emergency spool: each cleaner looks again";

    /// <summary>Whether there is anything for this store.</summary>
    public bool HasWork => spool.ReadOwn().Count > 0;

    /// <summary>Merges what there is for this store.</summary>
    /// <returns>The runs whose kills are on record as over now.</returns>
    /// <exception cref="StoreUnavailableException">The store is away; what was not merged stays.</exception>
    public async Task<IReadOnlyList<RunId>> MergeAsync(RunId? only = null, CancellationToken cancellationToken = default)
    {
        if (!spool.ReadOwn().Any(spooled => IsMeant(spooled.Kill, only)))
        {
            return [];
        }

        using IDisposable? merging = spool.TryBeginMerge();
        if (merging is null)
        {
            return [];
        }

        // Read again: what another process has just merged is gone.
        List<RunId> over = [];
        foreach (IGrouping<KillId, (SpoolEntry Entry, SpooledKill Kill)> kill in spool.ReadOwn().Where(spooled => IsMeant(spooled.Kill, only)).GroupBy(spooled => spooled.Kill.Kill.KillId))
        {
            cancellationToken.ThrowIfCancellationRequested();
            SpooledKill last = kill.Select(spooled => spooled.Kill).Last();
            bool? isOver;
            while ((isOver = await TryMergeAsync(last, kill.First().Entry.At, cancellationToken).ConfigureAwait(false)) is null)
            {
                // Somebody changed a row meanwhile: look again.
                continue;
            }

            if (isOver == true)
            {
                spool.Settle([.. kill.Select(spooled => spooled.Entry)]);
                over.Add(last.Kill.RunId);
                Log.SpoolMerged(logger, kill.Key, last.Kill.RunId);
            }
        }

        return over;
    }

    /// <summary>Brings on record what a version before the spool left of a run that is over now. The files go with the directory.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    public async Task MergeEarlierAsync(RunRecord run)
    {
        foreach (SpooledKill spooled in EarlierIntents.Read(run, store.Location))
        {
            while (await TryMergeAsync(spooled, spooled.Kill.RequestedAt, CancellationToken.None).ConfigureAwait(false) is null)
            {
                // Somebody changed a row meanwhile: look again.
                continue;
            }
        }
    }

    private static bool IsMeant(SpooledKill kill, RunId? only) => only is null || kill.Kill.RunId == only;

    // True: on record, and the entries may go. False: a part has to wait. Null: to be tried again at once.
    private async Task<bool?> TryMergeAsync(SpooledKill spooled, DateTimeOffset at, CancellationToken cancellationToken)
    {
        KillRecord asked = spooled.Kill;
        KillRecord? known = await store.FindKillAsync(asked.KillId, cancellationToken).ConfigureAwait(false);
        if (known is { IsOpen: false })
        {
            return true;
        }

        if (await store.FindRunAsync(asked.RunId, cancellationToken).ConfigureAwait(false) is not { } run)
        {
            return await AppendAsync(spooled, at, cancellationToken).ConfigureAwait(false);
        }

        if (known is null && asked.IdempotencyKey is { } key && await store.FindKillByKeyAsync(asked.RunId, key, cancellationToken).ConfigureAwait(false) is not null)
        {
            // The key belongs to another kill; this one happened all the same.
            asked = asked with { IdempotencyKey = null };
            spooled = spooled with { Kill = asked };
        }

        // Of a run that is over nobody goes on with a kill whose last word was that it is not confirmed.
        KillReport? found = run.State.IsFinal && spooled.Report is null or { Outcome: KillOutcome.KillUnconfirmed } ? KillReports.FoundAfterwards(run, asked) : null;
        KillReport? report = found ?? spooled.Report;
        if (report is null)
        {
            return known is null ? await BeginAsync(spooled, run, at, cancellationToken).ConfigureAwait(false) : true;
        }

        bool isOver = report.Outcome != KillOutcome.KillUnconfirmed;
        KillRecord row = (known ?? asked) with
        {
            State = isOver ? KillState.Completed : KillState.Unconfirmed,
            CompletedAt = isOver ? timeProvider.GetUtcNow() : null,

            // No entry has room for the lists: as the debts do, the receipt says that each cleaner looks again.
            Report = isOver && found is null ? report with { Cleanup = CleanupDebts.DeferredReceipt(run, Recorded, timeProvider.GetUtcNow()).Cleanup } : report,
        };
        KillRecord? passed = known is null && isOver && !run.State.IsFinal && run.KillId is { } other && await store.FindKillAsync(other, cancellationToken).ConfigureAwait(false) is { IsOpen: true } open
            ? KillFinish.Beside(open, report, timeProvider.GetUtcNow())
            : null;
        RunRecord? ended = !run.State.IsFinal ? KillFinish.Of(run, report, timeProvider.GetUtcNow()) : run.KillId is null ? run with { KillId = asked.KillId } : null;
        IReadOnlyList<AuditDraft> outcome =
        [
            .. spooled.Report is { } told ? audit.Outcome(row, told, spooled.SentKill) : [],
            .. found is null ? Array.Empty<AuditDraft>() : [audit.Completed(row, found)],
        ];
        StoreCommit commit = new()
        {
            UpdateRun = ended,
            AddKill = known is null ? row : null,
            UpdateKill = known is null ? passed : row,
            Audit =
            [
                .. known is null ? Intent(spooled, at) : [], .. outcome,
                .. passed is null ? Array.Empty<AuditDraft>() : [audit.Completed(passed, passed.Report!)],
            ],
            AddDebts = isOver && found is null ? Debts(run with { KillId = asked.KillId }, report) : [],
            Events = [new RunEvent { RunId = run.RunId, Kind = isOver ? EventKinds.KillCompleted : EventKinds.KillUnconfirmed, State = (ended ?? run).State, At = timeProvider.GetUtcNow(), Message = report.Outcome.ToString() }],
        };
        return await CommitAsync(PersistedStep.SpooledIntentMerged, commit, asked, cancellationToken).ConfigureAwait(false);
    }

    // No entry has room for what the killer could not free, and it may be dead.
    private IReadOnlyList<CleanupDebt> Debts(RunRecord run, KillReport report) =>
    [
        .. CleanupDebts.OfAllCleaners(run, Recorded, timeProvider.GetUtcNow()),
        .. run.Containment is { } held && report.Proof != EndProof.None
            ? [CleanupDebts.New(run, run.KillId, ContainmentDebts.CleanerName, ContainmentDebts.Whole(held), Recorded, timeProvider.GetUtcNow())]
            : Array.Empty<CleanupDebt>(),
    ];

    // The tree may go on: from here on it is a kill like any other, which whoever sees it carries on.
    private Task<bool?> BeginAsync(SpooledKill spooled, RunRecord run, DateTimeOffset at, CancellationToken cancellationToken)
    {
        KillRecord asked = spooled.Kill;
        StoreCommit commit = new()
        {
            UpdateRun = run with { State = RunStateTable.Step(run.State, RunState.Stopping), KillId = asked.KillId },
            AddKill = asked with { State = KillState.IntentWritten },
            Audit = Intent(spooled, at),
            Events = [new RunEvent { RunId = run.RunId, Kind = EventKinds.KillIntent, State = RunState.Stopping, At = timeProvider.GetUtcNow() }],
        };
        return CommitAsync(PersistedStep.SpooledIntentTakenUp, commit, asked, cancellationToken);
    }

    private async Task<bool?> CommitAsync(PersistedStep step, StoreCommit commit, KillRecord asked, CancellationToken cancellationToken)
    {
        CommitResult result = await steps.CommitAsync(step, commit, CommitDurability.Machine, cancellationToken).ConfigureAwait(false);
        if (result.IsCommitted)
        {
            signal.Raise(commit);
            return true;
        }

        // Another kill of the run is open, and this one can come on record only when that is over.
        return result.Outcome == CommitOutcome.KillExists && result.Kill?.KillId != asked.KillId ? false : null;
    }

    // The store has lost the row, or is another one in the place of the one that did: the audit is told all the same.
    private async Task<bool?> AppendAsync(SpooledKill spooled, DateTimeOffset at, CancellationToken cancellationToken)
    {
        KillRecord kill = spooled.Kill;
        IReadOnlyList<AuditEntry> told = await store.ReadAuditAsync(new AuditQuery { RunId = kill.RunId }, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<AuditDraft> intent = told.Any(entry => entry.KillId == kill.KillId && entry.Stage == AuditStages.IntentWritten) ? [] : Intent(spooled, at);
        IReadOnlyList<AuditDraft> outcome = spooled.Report is not { } report || told.Any(entry => entry.KillId == kill.KillId && entry.Stage == AuditStages.Completed)
            ? []
            : audit.Outcome(kill, report, spooled.SentKill);
        if (intent.Count + outcome.Count > 0)
        {
            await steps.CommitAsync(PersistedStep.SpooledIntentMerged, new StoreCommit { Audit = [.. intent, .. outcome] }, CommitDurability.Machine, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private IReadOnlyList<AuditDraft> Intent(SpooledKill spooled, DateTimeOffset at) => audit.SpooledIntent(spooled.Kill, spooled.Ground, spooled.Processes, spooled.Strength, at);
}
