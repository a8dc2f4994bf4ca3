namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>A store that stands still before or after it writes a commit, by its number: whoever waits for that one never goes on.</summary>
internal sealed class PausingStore(IProcessStore store, int pauseBefore, int pauseAfter) : IProcessStore
{
    private int _commits;

    public string Location => store.Location;

    public ValueTask InitializeAsync(CancellationToken cancellationToken = default) => store.InitializeAsync(cancellationToken);

    public async ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default)
    {
        int number = Interlocked.Increment(ref _commits);
        await PauseAsync(number == pauseBefore);
        CommitResult result = await store.CommitAsync(commit, durability, cancellationToken);
        await PauseAsync(number == pauseAfter);
        return result;
    }

    public ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default) => store.FindRunAsync(runId, cancellationToken);

    public ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) => store.SearchRunsAsync(query, cancellationToken);

    public ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default) => store.FindKillAsync(killId, cancellationToken);

    public ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default) =>
        store.FindKillByKeyAsync(runId, idempotencyKey, cancellationToken);

    public ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default) =>
        store.ReadEventsAsync(after, limit, cancellationToken);

    public ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default) => store.ReadLastCursorAsync(cancellationToken);

    public ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default) =>
        store.ReadAuditAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default) =>
        store.ReadDebtsAsync(query, cancellationToken);

    public ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default) =>
        store.FindReceiptAsync(runId, cancellationToken);

    public ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default) =>
        store.ReadEvidenceAsync(runId, cancellationToken);

    public ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default) =>
        store.SearchKillsAsync(query, cancellationToken);

    public ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default) =>
        store.SearchEndsAsync(query, cancellationToken);

    public ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default) =>
        store.PurgeAsync(request, cancellationToken);

    private static async Task PauseAsync(bool isHere)
    {
        if (isHere)
        {
            Console.WriteLine("paused");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        }
    }
}
