namespace WorkflowLifecycle.Registry;

/// <summary>Debts, receipts and evidence of the store in memory. Not thread-safe: the store locks.</summary>
internal sealed class InMemoryCleanup
{
    private readonly OrderedDictionary<string, CleanupDebt> _debts = new(StringComparer.Ordinal);
    private readonly List<EvidenceRecord> _evidence = [];
    private readonly Dictionary<RunId, RunReceipt> _receipts = [];

    /// <summary>Whether each is as it was read. One that a commit names twice is not, the second time.</summary>
    public bool AreCurrent(IReadOnlyList<CleanupDebt> debts) =>
        debts.All(debt => _debts.TryGetValue(debt.DebtId, out CleanupDebt? stored) && stored.Version == debt.Version)
        && debts.Select(debt => debt.DebtId).Distinct(StringComparer.Ordinal).Count() == debts.Count;

    public void Write(StoreCommit commit)
    {
        foreach (CleanupDebt debt in commit.UpdateDebts)
        {
            _debts[debt.DebtId] = Own(debt) with { Version = debt.Version + 1 };
        }

        // After the updates: one commit may settle a debt and open what stands in its place.
        foreach (CleanupDebt debt in commit.AddDebts)
        {
            Add(debt);
        }

        if (commit.AddReceipt is { } receipt)
        {
            _receipts[receipt.RunId] = receipt with { At = receipt.At.ToUniversalTime(), Cleanup = [.. receipt.Cleanup] };
        }

        if (commit.AddEvidence is { } evidence)
        {
            _evidence.Add(evidence with { TakenAt = evidence.TakenAt.ToUniversalTime(), Content = evidence.Content.ToArray() });
        }
    }

    public IReadOnlyList<CleanupDebt> Read(DebtQuery query)
    {
        IEnumerable<CleanupDebt> found = _debts.Values.Where(debt =>
            (query.IncludeSettled || debt.IsOpen)
            && (query.DebtIds.Count == 0 || query.DebtIds.Contains(debt.DebtId))
            && (query.RunId is not { } run || debt.RunId == run)
            && (query.Cleaners.Count == 0 || query.Cleaners.Contains(debt.Cleaner))
            && (query.HostId is null || debt.HostId == query.HostId)
            && (query.DueBy is not { } due || debt.NextAttemptAt <= due)
            && (query.CreatedBefore is not { } before || debt.CreatedAt < before));
        return [.. found.OrderBy(debt => query.DueBy is null ? debt.CreatedAt : debt.NextAttemptAt).Take(query.Limit)];
    }

    public int OpenDebtsOf(RunId runId) => _debts.Values.Count(debt => debt.IsOpen && debt.RunId == runId);

    public RunReceipt? FindReceipt(RunId runId) => _receipts.GetValueOrDefault(runId);

    public IReadOnlyList<EvidenceRecord> ReadEvidence(RunId runId) =>
        [.. Enumerable.Reverse(_evidence).Where(evidence => evidence.RunId == runId).OrderByDescending(evidence => evidence.TakenAt).Take(EvidenceRecord.MaximumRead)];

    public void RemoveOf(RunId runId)
    {
        foreach (CleanupDebt debt in _debts.Values.Where(debt => debt.RunId == runId).ToList())
        {
            _debts.Remove(debt.DebtId);
        }

        _evidence.RemoveAll(evidence => evidence.RunId == runId);
        _receipts.Remove(runId);
    }

    private void Add(CleanupDebt debt)
    {
        if (!_debts.TryGetValue(debt.DebtId, out CleanupDebt? stored))
        {
            _debts.Add(debt.DebtId, Own(debt) with { Version = 1 });
        }
        else if (!stored.IsOpen)
        {
            _debts[debt.DebtId] = Own(debt) with { Version = stored.Version + 1, Attempts = 0, LastAttemptAt = null, ClaimedUntil = null, SettledAt = null };
        }
    }

    private static CleanupDebt Own(CleanupDebt debt) => debt with
    {
        CreatedAt = debt.CreatedAt.ToUniversalTime(),
        LastAttemptAt = debt.LastAttemptAt?.ToUniversalTime(),
        NextAttemptAt = debt.NextAttemptAt.ToUniversalTime(),
        ClaimedUntil = debt.ClaimedUntil?.ToUniversalTime(),
        SettledAt = debt.SettledAt?.ToUniversalTime(),
    };
}
