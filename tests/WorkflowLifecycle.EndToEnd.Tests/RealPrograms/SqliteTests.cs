using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>The sqlite3 shell in the middle of a transaction.</summary>
public sealed class SqliteTests : RealProgramTest
{
    [Theory(Timeout = Limit)]
    [InlineData("delete", ContainmentStrength.CgroupAndReaper)]
    [InlineData("delete", ContainmentStrength.Reaper)]
    [InlineData("wal", ContainmentStrength.CgroupAndReaper)]
    [InlineData("wal", ContainmentStrength.Reaper)]
    public async Task Kill_WithinATransaction_WaitsForItsCommit(string journal, ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await CreateAsync(journal);
        await using ITrackedProcess process = await LaunchAsync(engine, "BEGIN IMMEDIATE; INSERT INTO orders VALUES (2);", "COMMIT;");

        Task<KillReport> kill = await KillUntilItWaitsAsync(engine, process, "write lock on orders.db");
        Release();
        KillReport report = await kill;

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        AssertWaitedFor(report, "database", "write lock on orders.db");
        AssertDidNotWait(report, "git", "other");
        await AssertHoldsAsync(orders: 2);
        AssertNobodyLeft(report);
    }

    [Theory(Timeout = Limit)]
    [InlineData("delete")]
    [InlineData("wal")]
    public async Task Kill_WhileSomebodyOnlyReads_DoesNotWait(string journal)
    {
        Engine engine = Start();
        await CreateAsync(journal);
        await using ITrackedProcess process = await LaunchAsync(engine, "BEGIN; SELECT count(*) FROM orders;", "COMMIT;");

        AssertLeftAtOnce(await engine.Kills.KillAsync(process.RunId, Engine.Graceful()));
        await AssertHoldsAsync(orders: 1);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithinATransactionThatNobodyCommits_GivesItUpAndLosesOnlyThat()
    {
        Engine engine = Start(configure: options => options.DatabaseCeiling = TimeSpan.FromSeconds(1));
        await CreateAsync("wal");
        await using ITrackedProcess process = await LaunchAsync(engine, "BEGIN IMMEDIATE; INSERT INTO orders VALUES (2);", "COMMIT;");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        PhaseReport database = Find(report, "database");
        Assert.Equal((PhaseOutcome.CeilingReached, "write lock on orders.db"), (database.Outcome, Assert.Single(database.WaitedFor).Description));
        await AssertHoldsAsync(orders: 1);
        AssertNobodyLeft(report);
    }

    private async Task CreateAsync(string journal)
    {
        Need("sqlite3");
        await RunAsideAsync("sqlite3", "orders.db", $"PRAGMA journal_mode={journal}; CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1);");
    }

    // The shell that answers "ready" is a child of the sqlite3 shell: by then the statements before it are done.
    private async Task<ITrackedProcess> LaunchAsync(Engine engine, string before, string after) => await engine.LaunchReadyAsync(Script(
        engine, $"{{ echo '{before}'; echo '.shell echo ready'; {UntilReleased}; echo '{after}'; }} | sqlite3 -batch orders.db; {Stays}"));

    private async Task AssertHoldsAsync(int orders)
    {
        Assert.Equal("ok", (await RunAsideAsync("sqlite3", "orders.db", "PRAGMA integrity_check;")).Trim());
        Assert.Equal($"{orders}", (await RunAsideAsync("sqlite3", "orders.db", "SELECT count(*) FROM orders;")).Trim());
    }
}
