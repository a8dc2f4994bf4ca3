namespace WorkflowLifecycle.Tests.Model;

/// <summary>The store, as one host reaches it: through its faults, and only while that host lives.</summary>
internal sealed class HostStore(SimulatedStore store, SimulatedHost host) : IProcessStore
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(700);

    public string Location => "simulated";

    public ValueTask InitializeAsync(CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.InitializeAsync(cancellationToken).AsTask().ContinueWith(_ => true, TaskScheduler.Default), cancellationToken));

    public ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default) => new(host.Life.CallAsync(async () =>
    {
        await PassAsync(cancellationToken);
        if (store.Fault == StoreFault.Full)
        {
            throw new StoreUnavailableException("The store is full.");
        }

        if (host.IsDead)
        {
            throw new HostDiedException();
        }

        CommitResult result = store.Commit(commit, durability);
        return store.Fault == StoreFault.AnswerLost ? throw new StoreUnavailableException("The answer of the store was lost.") : result;
    }));

    public ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.FindRunAsync(runId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.SearchRunsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.FindKillAsync(killId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.FindKillByKeyAsync(runId, idempotencyKey, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.ReadEventsAsync(after, limit, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.ReadLastCursorAsync(cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.ReadAuditAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.ReadDebtsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.FindReceiptAsync(runId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.ReadEvidenceAsync(runId, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.SearchKillsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.SearchEndsAsync(query, cancellationToken).AsTask(), cancellationToken));

    public ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default) =>
        new(ReadAsync(() => store.Inner.PurgeAsync(request, cancellationToken).AsTask(), cancellationToken));

    private Task<T> ReadAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken) => host.Life.CallAsync(async () =>
    {
        await PassAsync(cancellationToken);
        return await read();
    });

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        switch (store.Fault)
        {
            case StoreFault.Away:
                throw new StoreUnavailableException("The store is away.");
            case StoreFault.Slow:
                await Task.Delay(Slowness, host.Time, cancellationToken);
                break;
            case StoreFault.Locked:
                Task over = store.FaultIsOver;
                try
                {
                    await over.WaitAsync(BusyTimeout, host.Time, cancellationToken);
                }
                catch (TimeoutException exception)
                {
                    throw new StoreUnavailableException("The store is locked.", exception);
                }

                break;
            default:
                cancellationToken.ThrowIfCancellationRequested();
                break;
        }
    }
}
