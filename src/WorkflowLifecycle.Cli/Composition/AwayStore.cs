namespace WorkflowLifecycle.Cli.Composition;

/// <summary>A store that could not be opened, in an emergency that goes on without it. Nothing is made in its place.</summary>
internal sealed class AwayStore(string location, string problem) : IProcessStore
{
    public string Location => location;

    public ValueTask InitializeAsync(CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default) => throw Away();

    public ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default) => throw Away();

    private StoreUnavailableException Away() => new(problem);
}
