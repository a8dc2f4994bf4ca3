using System.Text.Json;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests.Fire;

/// <summary>The commits of a launch and of a kill, one after the other, and everything that a store shows after so many of them.</summary>
internal static class RecordedStory
{
    private static readonly RunId _runId = RunId.Parse("story:1");

    /// <summary>Writes the next commit from what the one before answered.</summary>
    public static IReadOnlyList<Func<CommitResult?, StoreCommit>> Commits { get; } =
    [
        _ => new StoreCommit { AddRun = Rows.Run(_runId.Value), Audit = [Rows.Audit(_runId)], Events = [Rows.Event(_runId)] },
        before => new StoreCommit { UpdateRun = before!.Run! with { State = RunState.Running, Root = before.Run!.Host }, Events = [Rows.Event(_runId)] },
        before => new StoreCommit
        {
            UpdateRun = before!.Run! with { State = RunState.Stopping },
            AddKill = Rows.Kill(_runId) with { IdempotencyKey = "once" },
            Audit = [Rows.Audit(_runId, "KillIntent")],
        },
        before => new StoreCommit
        {
            UpdateRun = before!.Run! with { State = RunState.Killed, EndedAt = Rows.Time },
            UpdateKill = before.Kill! with { State = KillState.Completed, CompletedAt = Rows.Time },
            Audit = [Rows.Audit(_runId, "KillCompleted"), Rows.Audit(_runId, "Receipt")],
            Events = [Rows.Event(_runId)],
            AddDebts = [Rows.Debt(before.Run!)],
            AddReceipt = new RunReceipt { RunId = _runId, At = Rows.Time },
        },
    ];

    public static async Task<string> TellAsync(SqliteProcessStore store)
    {
        IReadOnlyList<AuditChainRow> chain = await store.ReadChainAsync("node", 0, 1000, SqliteFixture.Aborted);
        Assert.Null(AuditChain.Verify(chain));
        return JsonSerializer.Serialize(new
        {
            (await store.SearchRunsAsync(new RunQuery { IncludeFinished = true }, SqliteFixture.Aborted)).Runs,
            (await store.SearchKillsAsync(new KillQuery(), SqliteFixture.Aborted)).Kills,
            Events = await store.ReadEventsAsync(default, 1000, SqliteFixture.Aborted),
            Chain = chain,
            Debts = await store.ReadDebtsAsync(new DebtQuery(), SqliteFixture.Aborted),
            Receipt = await store.FindReceiptAsync(_runId, SqliteFixture.Aborted),
        });
    }
}
