namespace WorkflowLifecycle.Tests.Model;

/// <summary>The store, as one host reaches it: through its faults, and only while that host lives.</summary>
internal sealed class HostStore(SimulatedStore store, SimulatedHost host) : IProcessStore
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(700);

    public string Location => "simulated";

    public ValueTask InitializeAsync(CancellationToken cancellationToken = default) =>
        new(ReadAsync("Initialize", static () => Task.FromResult(true), cancellationToken));

    public ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default) =>
        new(CallAsync($"commit {(commit.UpdateRun ?? commit.AddRun)?.RunId} {(commit.Audit is [{ } first, ..] ? first.Stage : null)}", () => store.Fault switch
        {
            StoreFault.Full => throw new StoreUnavailableException("The store is full."),
            StoreFault.AnswerLost when store.Commit(commit, durability) is not null => throw new StoreUnavailableException("The answer of the store was lost."),
            _ => Task.FromResult(store.Commit(commit, durability)),
        }, cancellationToken));

    public ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default) =>
        new(ReadAsync($"FindRun {runId}", () => store.Inner.FindRunAsync(runId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync("SearchRuns", () => store.Inner.SearchRunsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default) =>
        new(ReadAsync("FindKill", () => store.Inner.FindKillAsync(killId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default) =>
        new(ReadAsync($"FindKillByKey {runId}", () => store.Inner.FindKillByKeyAsync(runId, idempotencyKey, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default) =>
        new(ReadAsync("ReadEvents", () => store.Inner.ReadEventsAsync(after, limit, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default) =>
        new(ReadAsync("ReadLastCursor", () => store.Inner.ReadLastCursorAsync(cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync("ReadAudit", () => store.Inner.ReadAuditAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync("ReadDebts", () => store.Inner.ReadDebtsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default) =>
        new(ReadAsync($"FindReceipt {runId}", () => store.Inner.FindReceiptAsync(runId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default) =>
        new(ReadAsync($"ReadEvidence {runId}", () => store.Inner.ReadEvidenceAsync(runId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync("SearchKills", () => store.Inner.SearchKillsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync("SearchEnds", () => store.Inner.SearchEndsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default) =>
        new(ReadAsync("Purge", () => store.Inner.PurgeAsync(request, cancellationToken).AsTask(), cancellationToken));

    private Task<T> ReadAsync<T>(string what, Func<Task<T>> read, CancellationToken cancellationToken) => CallAsync(what, read, cancellationToken);

    // What is wrong with the store may be another thing by the turn of this call.
    private async Task<T> CallAsync<T>(string what, Func<Task<T>> effect, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await host.Life.CallAsync(what, () => store.Fault == StoreFault.Away ? throw new StoreUnavailableException("The store is away.") : effect());
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        switch (store.Fault)
        {
            case StoreFault.Slow:
                await host.Life.WaitAsync(Task.Delay(Slowness, host.Time, cancellationToken));
                break;
            case StoreFault.Locked:
                Task free = store.FaultIsOver.WaitAsync(BusyTimeout, host.Time, cancellationToken);
                await host.Life.WaitAsync(free);
                if (free.Exception?.InnerException is TimeoutException exception)
                {
                    throw new StoreUnavailableException("The store is locked.", exception);
                }

                break;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
