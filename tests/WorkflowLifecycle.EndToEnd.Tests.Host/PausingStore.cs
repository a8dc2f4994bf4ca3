namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>A store that stands still once it has written a number of commits: whoever waits for that one never goes on.</summary>
internal sealed class PausingStore(IProcessStore store, int pauseAfter) : IProcessStore
{
    private int _commits;

    public string Location => store.Location;

    public ValueTask InitializeAsync(CancellationToken cancellationToken = default) => store.InitializeAsync(cancellationToken);

    public async ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default)
    {
        CommitResult result = await store.CommitAsync(commit, durability, cancellationToken);
        if (Interlocked.Increment(ref _commits) == pauseAfter)
        {
            Console.WriteLine("paused");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        }

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
}
