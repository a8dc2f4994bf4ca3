using System.Collections.Concurrent;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>The store in memory, with a log of its commits and a hand on each of its calls.</summary>
internal sealed class ScriptedStore(CallLog log) : IProcessStore
{
    private readonly InMemoryProcessStore _store = new();

    /// <summary>What happens before a commit; by default nothing.</summary>
    public Func<StoreCommit, CancellationToken, Task> OnCommit { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>What happens before a read; by default nothing.</summary>
    public Func<Task> OnRead { get; set; } = static () => Task.CompletedTask;

    /// <summary>What was committed, in order.</summary>
    public ConcurrentQueue<StoreCommit> Commits { get; } = new();

    /// <summary>How often it was searched.</summary>
    public int Searches { get; private set; }

    public Func<Task> OnInitialize { get; set; } = static () => Task.CompletedTask;

    /// <summary>What was committed against the table of the lifecycle.</summary>
    public ConcurrentQueue<string> OutsideTheTable { get; } = new();

    public string Location => "scripted";

    public IProcessStore Inner => _store;

    public static Task Away() => throw new StoreUnavailableException("The store is away. Bring it back.");

    public async ValueTask InitializeAsync(CancellationToken cancellationToken = default)
    {
        log.Add("initialize");
        await OnInitialize();
    }

    public async ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default)
    {
        await OnCommit(commit, cancellationToken);
        if (commit.UpdateRun is { } after && await _store.FindRunAsync(after.RunId, cancellationToken) is { } before && before.Version == after.Version
            && !RunStateTable.Allows(before.State, after.State))
        {
            OutsideTheTable.Enqueue($"{before.State} -> {after.State}");
        }

        CommitResult result = await _store.CommitAsync(commit, durability, cancellationToken);
        if (result.IsCommitted)
        {
            Commits.Enqueue(commit);
        }

        log.Add($"commit {string.Join(' ', commit.Audit.Select(entry => entry.Stage))} {durability} {result.Outcome}");
        return result;
    }

    public async ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        await OnRead();
        return await _store.FindRunAsync(runId, cancellationToken);
    }

    public async ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        Searches++;
        await OnRead();
        return await _store.SearchRunsAsync(query, cancellationToken);
    }

    public async ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default)
    {
        await OnRead();
        return await _store.FindKillAsync(killId, cancellationToken);
    }

    public async ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default)
    {
        await OnRead();
        return await _store.FindKillByKeyAsync(runId, idempotencyKey, cancellationToken);
    }

    public ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default) =>
        _store.ReadEventsAsync(after, limit, cancellationToken);

    public ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default) => _store.ReadLastCursorAsync(cancellationToken);

    public ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default) =>
        _store.ReadAuditAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default) =>
        _store.ReadDebtsAsync(query, cancellationToken);

    public ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default) =>
        _store.FindReceiptAsync(runId, cancellationToken);

    public ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default) =>
        _store.ReadEvidenceAsync(runId, cancellationToken);

    public ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default) =>
        _store.SearchKillsAsync(query, cancellationToken);

    public ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default) =>
        _store.SearchEndsAsync(query, cancellationToken);

    public ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default) =>
        _store.PurgeAsync(request, cancellationToken);
}
