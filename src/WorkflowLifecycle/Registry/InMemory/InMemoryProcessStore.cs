namespace WorkflowLifecycle.Registry;

/// <summary>The store in memory: one lock, no durability.</summary>
internal sealed class InMemoryProcessStore : IProcessStore, IAuditChainSource
{
    private readonly InMemoryAudit _audit = new();
    private readonly InMemoryCleanup _cleanup = new();
    private readonly InMemoryEvents _events = new();
    private readonly Lock _gate = new();
    private readonly InMemoryKills _kills = new();
    private readonly InMemoryPages _pages = new();
    private readonly InMemoryRuns _runs = new();

    public string Location => "memory";

    public ValueTask InitializeAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }

    public ValueTask<CommitResult> CommitAsync(
        StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (!Enum.IsDefined(durability))
        {
            throw new ArgumentOutOfRangeException(nameof(durability), durability, "The durability is Process or Machine.");
        }

        CheckIds(commit);
        return Locked(() => Commit(commit), cancellationToken);
    }

    public ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default) =>
        Locked(() => _runs.Find(runId), cancellationToken);

    public ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, RunQuery.MaximumLimit, nameof(query));
        return Locked(() => _runs.Search(query), cancellationToken);
    }

    public ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default) =>
        Locked(() => _kills.Find(killId), cancellationToken);

    public ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(idempotencyKey);
        return Locked(() => _kills.FindByKey(runId, idempotencyKey), cancellationToken);
    }

    public ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after.Position, nameof(after));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Locked(() => _events.Read(after, limit), cancellationToken);
    }

    public ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default) =>
        Locked(() => _events.Last, cancellationToken);

    public ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, AuditQuery.MaximumLimit, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(query.Skip, nameof(query));
        return Locked(() => _audit.Read(query), cancellationToken);
    }

    public ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, DebtQuery.MaximumLimit, nameof(query));
        return Locked(() => _cleanup.Read(query), cancellationToken);
    }

    public ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default) =>
        Locked(() => _cleanup.FindReceipt(runId), cancellationToken);

    public ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default) =>
        Locked(() => _cleanup.ReadEvidence(runId), cancellationToken);

    public ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, KillQuery.MaximumLimit, nameof(query));
        return Locked(
            () =>
            {
                (IReadOnlyList<KillRecord> kills, string? next) = _pages.Take(
                    _kills.InOrder().Select(row => (row.Kill, row.Kill.RequestedAt, row.Number)),
                    query.RequestedFrom, query.RequestedBefore, query.Cursor, query.Limit);
                return new KillPage(kills, next);
            },
            cancellationToken);
    }

    public ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, EndQuery.MaximumLimit, nameof(query));
        return Locked(
            () =>
            {
                (IReadOnlyList<RunRecord> runs, string? next) = _pages.Take(
                    _runs.Ended().Select(row => (row.Run, row.EndedAt, (long)row.Place)),
                    query.EndedFrom, query.EndedBefore, query.Cursor, query.Limit);
                return new EndPage([.. runs.Select(EndOf)], next);
            },
            cancellationToken);
    }

    public ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckLimit(request.Limit, PurgeRequest.MaximumLimit, nameof(request));
        return Locked(() => Purge(request), cancellationToken);
    }

    public ValueTask<IReadOnlyList<string>> ReadChainIdsAsync(CancellationToken cancellationToken = default) =>
        Locked(() => _audit.ChainIds, cancellationToken);

    public ValueTask<IReadOnlyList<AuditChainRow>> ReadChainAsync(
        string chainId, long afterSequence, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chainId);
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        CheckLimit(limit, AuditQuery.MaximumLimit, nameof(limit));
        return Locked(() => _audit.ReadChain(chainId, afterSequence, limit), cancellationToken);
    }

    /// <summary>Everything that can refuse comes before the first write.</summary>
    private CommitResult Commit(StoreCommit commit)
    {
        KillRecord? inTheWay = null;
        CommitOutcome outcome = CheckRuns(commit);
        if (outcome == CommitOutcome.Committed)
        {
            outcome = CheckKills(commit, out inTheWay);
        }

        if (outcome == CommitOutcome.Committed && !_cleanup.AreCurrent(commit.UpdateDebts))
        {
            outcome = CommitOutcome.DebtConflict;
        }

        if (outcome != CommitOutcome.Committed)
        {
            return new CommitResult(
                outcome,
                (commit.AddRun ?? commit.UpdateRun) is { } asked ? _runs.Find(asked.RunId) : null,
                inTheWay ?? ((commit.AddKill ?? commit.UpdateKill) is { } askedKill ? _kills.Find(askedKill.KillId) : null));
        }

        List<AuditChainRow> audit = _audit.Seal(commit.Audit);
        RunRecord? addedRun = commit.AddRun is { } addRun ? _runs.Insert(addRun) : null;
        RunRecord? updatedRun = commit.UpdateRun is { } updateRun ? _runs.Update(updateRun) : null;
        KillRecord? updatedKill = commit.UpdateKill is { } updateKill ? _kills.Write(updateKill) : null;
        KillRecord? addedKill = commit.AddKill is { } addKill ? _kills.Write(addKill with { Version = 0 }) : null;
        _cleanup.Write(commit);
        _audit.Append(audit);
        foreach (RunEvent happened in commit.Events)
        {
            _events.Append(happened);
        }

        return new CommitResult(CommitOutcome.Committed, addedRun ?? updatedRun, addedKill ?? updatedKill);
    }

    private PurgeResult Purge(PurgeRequest request)
    {
        List<RunRecord> runs =
        [
            .. _runs.Ended()
                .Where(row => row.EndedAt < request.EndedBefore
                    && (request.RunIds.Count == 0 || request.RunIds.Contains(row.Run.RunId)) && MayBeForgotten(row.Run.RunId))
                .Take(request.Limit)
                .Select(row => row.Run),
        ];
        foreach (RunRecord run in runs)
        {
            _kills.RemoveOf(run.RunId);
            _events.RemoveOf(run.RunId);
            _cleanup.RemoveOf(run.RunId);
            _runs.Remove(run.RunId);
        }

        return new PurgeResult(runs, runs.Count == request.Limit);
    }

    private EndedRun EndOf(RunRecord run) => new()
    {
        Run = run,
        EndedAt = run.EndedAt ?? run.CreatedAt,
        Receipt = _cleanup.FindReceipt(run.RunId),
        OpenDebts = _cleanup.OpenDebtsOf(run.RunId),
        MayBeForgotten = MayBeForgotten(run.RunId),
    };

    private bool MayBeForgotten(RunId runId) =>
        _cleanup.OpenDebtsOf(runId) == 0 && !_kills.HasOpen(runId) && !_runs.HasUnfinishedChild(runId);

    private CommitOutcome CheckRuns(StoreCommit commit) =>
        commit.AddRun is { } added && _runs.Find(added.RunId) is not null ? CommitOutcome.RunExists
        : commit.UpdateRun is { } updated && !_runs.IsCurrent(updated) ? CommitOutcome.RunConflict
        : CommitOutcome.Committed;

    // The update first: one commit may close a kill and open the next.
    private CommitOutcome CheckKills(StoreCommit commit, out KillRecord? inTheWay)
    {
        inTheWay = null;
        if (commit.UpdateKill is { } update)
        {
            KillRecord? current = _kills.Find(update.KillId);
            if (current?.Version != update.Version)
            {
                return CommitOutcome.KillConflict;
            }

            if (current.RunId != update.RunId || current.IdempotencyKey != update.IdempotencyKey)
            {
                throw new ArgumentException("A kill keeps its run and its idempotency key. Update the row that was read.", nameof(commit));
            }

            inTheWay = _kills.FindInTheWay(update, adding: false);
        }

        if (inTheWay is null && commit.AddKill is { } add)
        {
            inTheWay = _kills.FindInTheWay(add, adding: true, closing: commit.UpdateKill);
        }

        return inTheWay is null ? CommitOutcome.Committed : CommitOutcome.KillExists;
    }

    private ValueTask<T> Locked<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(work());
        }
    }

    private static void CheckIds(StoreCommit commit)
    {
        IEnumerable<(RunId RunId, RunState State)> rows =
        [
            .. new[] { commit.AddRun, commit.UpdateRun }.OfType<RunRecord>().Select(run => (run.RunId, run.State)),
            .. commit.Events.Select(happened => (happened.RunId, happened.State)),
            .. new[] { commit.AddKill, commit.UpdateKill }.OfType<KillRecord>().Select(kill => (kill.RunId, RunState.Stopping)),
            .. commit.AddDebts.Select(debt => (string.IsNullOrEmpty(debt.DebtId) ? default : debt.RunId, RunState.Stopping)),
            .. new[] { commit.AddReceipt }.OfType<RunReceipt>().Select(receipt => (receipt.RunId, RunState.Stopping)),
            .. new[] { commit.AddEvidence }.OfType<EvidenceRecord>().Select(evidence => (evidence.RunId, RunState.Stopping)),
        ];
        if (rows.Any(row => row.RunId == default || row.State == default))
        {
            throw new ArgumentException("The commit lacks a value that every row has (a run id, a state). Fill it in; nothing was written.", nameof(commit));
        }
    }

    private static void CheckLimit(int limit, int maximum, string parameter)
    {
        if (limit < 1 || limit > maximum)
        {
            throw new ArgumentOutOfRangeException(parameter, limit, $"The limit is 1 to {maximum}.");
        }
    }
}
