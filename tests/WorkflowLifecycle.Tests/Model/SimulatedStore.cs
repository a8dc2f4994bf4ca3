using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Spooling;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>The store that survives all hosts, what is wrong with it now, and what is really in it.</summary>
/// <param name="spool">Where hosts spool what it does not take.</param>
internal sealed class SimulatedStore(string spool)
{
    private readonly InMemoryProcessStore _store = new();
    private TaskCompletionSource _isOver = new();

    public StoreFault Fault { get; private set; }

    /// <summary>Completes when the present fault is over.</summary>
    public Task FaultIsOver => _isOver.Task;

    public InMemoryProcessStore Inner => _store;

    /// <summary>What a run's tree is like at the instant in which a commit becomes durable.</summary>
    public Action<StoreCommit> OnCommitted { get; set; } = static _ => { };

    public void Break(StoreFault fault)
    {
        TaskCompletionSource before = _isOver;
        (Fault, _isOver) = (fault, new TaskCompletionSource());
        before.TrySetResult();
    }

    public RunRecord? Truth(RunId runId) => _store.FindRunAsync(runId).AsTask().GetAwaiter().GetResult();

    public KillRecord? TruthOf(KillId killId) => _store.FindKillAsync(killId).AsTask().GetAwaiter().GetResult();

    public IReadOnlyList<KillRecord> Kills() => _store.SearchKillsAsync(new KillQuery { Limit = KillQuery.MaximumLimit }).AsTask().GetAwaiter().GetResult().Kills;

    public IReadOnlyList<RunRecord> Runs() => _store.SearchRunsAsync(new RunQuery { IncludeFinished = true, Limit = RunQuery.MaximumLimit }).AsTask().GetAwaiter().GetResult().Runs;

    public IReadOnlyList<AuditEntry> Audit() => _store.ReadAuditAsync(new AuditQuery { Limit = AuditQuery.MaximumLimit }).AsTask().GetAwaiter().GetResult();

    public IReadOnlyList<CleanupDebt> Debts() => _store.ReadDebtsAsync(new DebtQuery()).AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Whether a kill may signal: its intent is durable in the store or the spool, and nobody took it back. The store is asked twice: a merge
    /// moves the intent there from the spool meanwhile.
    /// </summary>
    public bool HasIntent(RunRecord run, KillId? killId) => IsOnRecord(run, killId) || IsSpooled(run, killId) || IsOnRecord(run, killId);

    public CommitResult Commit(StoreCommit commit, CommitDurability durability)
    {
        CommitResult result = _store.CommitAsync(commit, durability).AsTask().GetAwaiter().GetResult();
        if (result.IsCommitted)
        {
            OnCommitted(commit);
        }

        return result;
    }

    /// <summary>How much of what it did not take waits for it.</summary>
    public int Spooled() => new EmergencySpool(spool).Read().Entries.Count;

    private bool IsOnRecord(RunRecord run, KillId? killId) =>
        Kills().Any(kill => kill.RunId == run.RunId && (killId is null || kill.KillId == killId) && kill.State is not (KillState.Denied or KillState.Requested));

    private bool IsSpooled(RunRecord run, KillId? killId) =>
        new EmergencySpool(spool).Read().Entries.Select(entry => SpooledKillJson.Read(entry.Payload)).OfType<SpooledKill>()
            .Any(spooled => spooled.Kill.RunId == run.RunId && (killId is null || spooled.Kill.KillId == killId));
}
