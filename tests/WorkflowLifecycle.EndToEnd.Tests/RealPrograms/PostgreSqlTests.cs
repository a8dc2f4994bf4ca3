using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>A PostgreSQL server as the run. Its own log, and its next start, say whether it was shut down cleanly.</summary>
public sealed class PostgreSqlTests : RealProgramTest
{
    private const int SigInt = 2;

    [Theory(Timeout = 2 * Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_ByPgCtl_ShutsTheServerDownCleanly(ContainmentStrength strength)
    {
        PostgreSqlServer server = await PostgreSqlServer.CreateAsync(Work);
        IReadOnlyList<string> command = server.Command("pg_ctl", "stop", "-m", "fast", "-D", server.Data);
        TerminationLadder ladder = new() { Steps = [TerminationStep.RunCommand(command[0], [.. command.Skip(1)]), TerminationStep.SendSignal(SigInt)], Scope = TerminationScope.MainProcess };

        KillReport report = await WriteAndKillAsync(Start(strength), server, ladder, "received fast shutdown request");

        Assert.Contains($"{Path.GetFileName(command[0])}: exit code 0: all left", report.Steps.Single(step => step.Name == "terminate").Outcome, StringComparison.Ordinal);
    }

    [Fact(Timeout = 2 * Limit)]
    public async Task Kill_BySigintToTheMainProcess_ShutsTheServerDownCleanly()
    {
        PostgreSqlServer server = await PostgreSqlServer.CreateAsync(Work);
        TerminationLadder ladder = new() { Steps = [TerminationStep.SendSignal(SigInt)], Scope = TerminationScope.MainProcess };

        KillReport report = await WriteAndKillAsync(Start(), server, ladder, "received fast shutdown request");

        Assert.Contains("SIGINT to the main process", report.Steps.Single(step => step.Name == "terminate").Outcome, StringComparison.Ordinal);
    }

    // Not the way that its manual names, but what most people send.
    [Fact(Timeout = 2 * Limit)]
    public async Task Kill_BySigtermToTheWholeTree_ShutsTheServerDownCleanly()
    {
        PostgreSqlServer server = await PostgreSqlServer.CreateAsync(Work);

        await WriteAndKillAsync(Start(), server, TerminationLadder.Default, "received smart shutdown request");
    }

    // Its files are seen to change, but not that it needs no waiting for: that is what the ceiling is for.
    [Fact(Timeout = 2 * Limit)]
    public async Task Kill_OfAServerThatWritesAllTheTime_WaitsForTheFileCeilingAtMost()
    {
        PostgreSqlServer server = await PostgreSqlServer.CreateAsync(Work);
        TerminationLadder ladder = new() { Steps = [TerminationStep.SendSignal(SigInt)], Scope = TerminationScope.MainProcess };
        Engine engine = Start(configure: options => options.FileCeiling = TimeSpan.FromSeconds(2));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(server.Request(ladder), PostgreSqlServer.Ready);
        await server.QueryAsync("CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 1000)");
        HelperProcess client = StartClient(server, "DO $$ BEGIN LOOP INSERT INTO orders SELECT generate_series(1, 1000); COMMIT; END LOOP; END $$");
        await Wait.UntilAsync("the client writes", async () => await server.QueryAsync("SELECT count(*) > 1000 FROM orders") == "t");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True((report.Outcome, report.ExitCode) == (KillOutcome.ExitedGracefully, 0), Describe(report));
        Assert.InRange(report.DurationMs, 0, 10_000);
        Assert.NotEqual(0, await client.WaitForExitAsync());
        Assert.Equal(PhaseOutcome.CeilingReached, Find(report, "file").Outcome);
        await AssertStartsWithoutRecoveryAsync(engine, server, ladder);
    }

    // What a client says whose server is gone is not for the log of the tests.
    private HelperProcess StartClient(PostgreSqlServer server, string sql) => StartHelper("sh", ["-c", "exec \"$@\" 2> /dev/null", "sh", .. server.Psql(sql)]);

    private async Task<KillReport> WriteAndKillAsync(Engine engine, PostgreSqlServer server, TerminationLadder ladder, string word)
    {
        await using ITrackedProcess process = await engine.LaunchReadyAsync(server.Request(ladder), PostgreSqlServer.Ready);
        await server.QueryAsync("CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 1000)");

        // A client that stays connected: a fast shutdown ends its session, and only that.
        HelperProcess client = StartClient(server, "SELECT pg_sleep(60)");
        await Wait.UntilAsync("the client is connected", async () => await server.QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'") == "1");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True((report.Outcome, report.ExitCode) == (KillOutcome.ExitedGracefully, 0), Describe(report));
        AssertDidNotWait(report, "git", "database", "other");
        AssertNobodyLeft(report);
        Assert.NotEqual(0, await client.WaitForExitAsync());
        string log = (await process.WaitForExitAsync()).StandardError;
        Assert.Contains(word, log, StringComparison.Ordinal);
        Assert.Contains("LOG:  database system is shut down", log, StringComparison.Ordinal);
        await AssertStartsWithoutRecoveryAsync(engine, server, ladder);
        return report;
    }

    private static async Task AssertStartsWithoutRecoveryAsync(Engine engine, PostgreSqlServer server, TerminationLadder ladder)
    {
        await using ITrackedProcess again = await engine.LaunchReadyAsync(server.Request(ladder), PostgreSqlServer.Ready);
        Assert.Equal("t", await server.QueryAsync("SELECT count(*) >= 1000 AND count(*) % 1000 = 0 FROM orders"));
        KillReport report = await engine.Kills.KillAsync(again.RunId, Engine.Graceful());
        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        string log = (await again.WaitForExitAsync()).StandardError;
        Assert.Contains("database system was shut down at", log, StringComparison.Ordinal);
        Assert.DoesNotContain("recovery", log, StringComparison.Ordinal);
        Assert.DoesNotContain("interrupted", log, StringComparison.Ordinal);
    }
}
