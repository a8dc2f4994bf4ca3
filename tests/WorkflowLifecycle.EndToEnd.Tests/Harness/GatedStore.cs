namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>A store whose commits can be held up: before one is written, or after it is durable and before its caller hears of it.</summary>
internal sealed class GatedStore(IProcessStore store) : IProcessStore
{
    private readonly List<StoreCommit> _commits = [];

    public string Location => store.Location;

    /// <summary>Called before a commit is written.</summary>
    public Func<StoreCommit, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after a commit was written, with its number.</summary>
    public Func<StoreCommit, int, Task> After { get; set; } = (_, _) => Task.CompletedTask;

    public ValueTask InitializeAsync(CancellationToken cancellationToken = default) => store.InitializeAsync(cancellationToken);

    public async ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default)
    {
        await Before(commit);

        // What was held up here is written all the same: the store itself was never slow.
        CommitResult result = await store.CommitAsync(commit, durability, CancellationToken.None);
        int number;
        lock (_commits)
        {
            _commits.Add(commit);
            number = _commits.Count;
        }

        await After(commit, number);
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
}
