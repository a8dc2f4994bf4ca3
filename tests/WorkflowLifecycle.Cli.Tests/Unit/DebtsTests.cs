using System.Text.Json;
using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class DebtsTests
{
    private static readonly CleanupDebt Debt = new()
    {
        DebtId = "debt_0123456789ab",
        RunId = Sample.Id,
        Cleaner = "temp",
        Resource = new RunResource { Cleaner = "temp", Name = "/tmp/a", Note = "held by pid 7" },
        Reason = "the directory is not empty",
        HostId = "machine",
        CreatedAt = Sample.Start,
        Attempts = 3,
        LastAttemptAt = Sample.Start.AddSeconds(7),
        NextAttemptAt = Sample.Start.AddSeconds(15),
    };

    [Fact]
    public async Task Debts_Json_PrintsAnArrayOfDebts()
    {
        CommandLine cli = new();
        cli.Debts.ListAsync(default!, default).ReturnsForAnyArgs([Debt]);

        Assert.Equal(0, await cli.RunAsync("debts", "--all", "--json"));

        JsonElement debt = Assert.Single(cli.Json.EnumerateArray());
        Assert.Equal(
            [
                "schemaVersion", "debtId", "runId", "killId", "cleaner", "resource", "note", "reason", "hostId", "createdAt", "attempts", "lastAttemptAt",
                "nextAttemptAt", "settledAt", "outcome", "message",
            ],
            debt.EnumerateObject().Select(property => property.Name));
        Assert.Equal("2026-03-04T05:06:22Z", debt.GetProperty("nextAttemptAt").GetString());
        Assert.Equal("/tmp/a", debt.GetProperty("resource").GetString());
        Assert.Empty(cli.Error);
        await cli.Debts.Received().ListAsync(Arg.Is<DebtQuery>(query => query.IncludeSettled && query.RunId == null), Arg.Any<CancellationToken>());
        await cli.Debts.DidNotReceiveWithAnyArgs().RetryAsync(default!, default!, default);
    }

    [Fact]
    public async Task Debts_Text_NamesResourceAndReason()
    {
        CommandLine cli = new();
        cli.Debts.ListAsync(default!, default).ReturnsForAnyArgs([Debt, Debt with { Resource = null, SettledAt = Sample.Start }]);

        Assert.Equal(0, await cli.RunAsync("debts"));

        Assert.Contains("/tmp/a    ", cli.Out, StringComparison.Ordinal);
        Assert.Contains("the directory is not empty", cli.Out, StringComparison.Ordinal);
        Assert.Contains("whatever it finds", cli.Out, StringComparison.Ordinal);
        Assert.Contains("settled", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Debts_None_SaysSo()
    {
        CommandLine cli = new();

        Assert.Equal(0, await cli.RunAsync("debts"));
        Assert.Contains("Nothing is owed.", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DebtRetryOutcome.Settled, 0)]
    [InlineData(DebtRetryOutcome.Remains, 1)]
    [InlineData(DebtRetryOutcome.NotAvailableHere, 1)]
    [InlineData(DebtRetryOutcome.Elsewhere, 1)]
    [InlineData(DebtRetryOutcome.Withheld, 1)]
    [InlineData(DebtRetryOutcome.InProgress, 1)]
    public async Task Retry_Outcome_IsTheExitCode(DebtRetryOutcome outcome, int code)
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Run());
        cli.Debts.RetryAsync(default!, default!, default).ReturnsForAnyArgs([new DebtRetry(Debt, outcome, "why it is there")]);

        Assert.Equal(code, await cli.RunAsync("debts", Sample.Id.Value, "--retry"));

        Assert.Contains(outcome.ToString(), cli.Out, StringComparison.Ordinal);
        Assert.Contains("why it is there", cli.Out, StringComparison.Ordinal);
        await cli.Debts.Received().RetryAsync(Arg.Is<DebtQuery>(query => query.RunId == Sample.Id), cli.Caller, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Debts_OfAnUnknownRun_IsNotFound() => Assert.Equal(3, await new CommandLine().RunAsync("debts", "run_1"));

    [Theory]
    [InlineData("debts", "--retry", "--all")]
    [InlineData("debts", "a/b")]
    [InlineData("prune")]
    [InlineData("prune", "--older-than", "30")]
    [InlineData("prune", "--older-than", "0d")]
    [InlineData("prune", "--older-than", "-1d")]
    [InlineData("prune", "--older-than", "d")]
    [InlineData("prune", "--older-than", "1e9d")]
    [InlineData("stats", "--since", "yesterday")]
    [InlineData("stats", "--since", "")]
    public async Task BadCommandLine_IsUsageAndOpensNothing(params string[] arguments)
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync(arguments));
        Assert.Empty(cli.Opened);
    }

    [Fact]
    public async Task Prune_DryRunJson_PrintsTheCounts()
    {
        CommandLine cli = new();
        cli.Retention.ApplyAsync(default!, default!, default).ReturnsForAnyArgs(
            new RetentionReport { EndedBefore = Sample.Start, DryRun = true, Runs = 7, Directories = 2, KeptRuns = 1, Kept = [new KeptRun(Sample.Id, "it has 1 open debts")] });

        Assert.Equal(0, await cli.RunAsync("prune", "--older-than", "36h", "--dry-run", "--json"));

        Assert.Equal(["schemaVersion", "endedBefore", "dryRun", "runs", "directories", "keptRuns", "kept"], cli.Json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(7, cli.Json.GetProperty("runs").GetInt32());
        Assert.Equal("2026-03-04T05:06:07Z", cli.Json.GetProperty("endedBefore").GetString());
        await cli.Retention.Received().ApplyAsync(
            Arg.Is<RetentionRequest>(request => request.DryRun && request.OlderThan == TimeSpan.FromHours(36)), cli.Caller, Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData("y\n", 0, 2)]
    [InlineData("n\n", 1, 1)]
    public async Task Prune_OnATerminal_Asks(string answer, int code, int calls)
    {
        CommandLine cli = new() { IsTerminal = true, Answer = answer };

        Assert.Equal(code, await cli.RunAsync("prune"));

        Assert.Contains("[y/N]", cli.Error, StringComparison.Ordinal);
        await cli.Retention.ReceivedWithAnyArgs(calls).ApplyAsync(default!, default!, default);
    }

    [Fact]
    public async Task Stats_Json_PrintsTheFigures()
    {
        CommandLine cli = new();
        cli.Statistics.ReadAsync(default!, default).ReturnsForAnyArgs(new LifecycleStatistics
        {
            Since = Sample.Start,
            Until = Sample.Start.AddDays(1),
            Runs = 3,
            StuckRuns = 1,
            Stuck = [new StuckRun(Sample.Id, RunState.Initializing, TimeSpan.FromHours(1))],
            Kills = [new KillTimes(KillMode.Emergency, 2, 1.5, 2, 2)],
            Cleanup = new CleanupFigures { Ends = 4, EndsWithoutDebts = 3, Lines = 10, CleanLines = 9 },
            CompletedKills = 2,
            KillsWithoutCompleteAudit = 0,
        });

        Assert.Equal(0, await cli.RunAsync("stats", "--since", "7d", "--json"));

        Assert.Equal(
            ["schemaVersion", "since", "until", "runs", "stuckRuns", "stuck", "kills", "cleanup", "completedKills", "killsWithoutCompleteAudit", "withoutCompleteAudit"],
            cli.Json.EnumerateObject().Select(property => property.Name));
        Assert.Equal("2026-03-04T05:06:07Z", cli.Json.GetProperty("since").GetString());
        Assert.Equal(3600, cli.Json.GetProperty("stuck")[0].GetProperty("notReadySeconds").GetDouble());
        Assert.Equal("Emergency", cli.Json.GetProperty("kills")[0].GetProperty("mode").GetString());
        Assert.Equal(0.75, cli.Json.GetProperty("cleanup").GetProperty("endsShare").GetDouble());
    }

    [Fact]
    public async Task Stats_Text_HasTheFourFigures()
    {
        CommandLine cli = new();
        cli.Statistics.ReadAsync(default!, default).ReturnsForAnyArgs(new LifecycleStatistics
        {
            Since = Sample.Start,
            Until = Sample.Start.AddDays(1),
            StuckRuns = 2,
            Kills = [new KillTimes(KillMode.Emergency, 2, 1.5, 2, 2)],
            Cleanup = new CleanupFigures { Ends = 4, EndsWithoutDebts = 3 },
            CompletedKills = 5,
            KillsWithoutCompleteAudit = 1,
        });

        Assert.Equal(0, await cli.RunAsync("stats"));

        Assert.Contains("stuck over 30 min  2", cli.Out, StringComparison.Ordinal);
        Assert.Contains("2: average 1.5ms, p99 2ms, longest 2ms", cli.Out, StringComparison.Ordinal);
        Assert.Contains("3 of 4 ends owe nothing now", cli.Out, StringComparison.Ordinal);
        Assert.Contains("1 of 5 kills are not complete in it", cli.Out, StringComparison.Ordinal);
    }
}
