using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Statistics;

/// <summary>The figures that were asked for.</summary>
public sealed class StatisticsTests : IAsyncDisposable
{
    private static readonly string[] Complete = ["Requested", "Authorized", "IntentWritten", "ProvenDead", "Completed"];

    private readonly Engine _engine = new();
    private int _count;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task Read_Runs_CountsThoseThatWereNotReadyForTooLong()
    {
        DateTimeOffset start = Sample.Start;
        await AddAsync(run => run with { State = RunState.Exited, ReadyAt = start.AddMinutes(30), EndedAt = start.AddHours(9) });
        RunRecord slow = await AddAsync(run => run with { State = RunState.Exited, ReadyAt = start.AddMinutes(31), EndedAt = start.AddHours(9) });
        RunRecord never = await AddAsync(run => run with { State = RunState.Killed, EndedAt = start.AddDays(2) });
        RunRecord waiting = await AddAsync(run => run with { State = RunState.Initializing });
        await AddAsync(run => run with { State = RunState.Running, ReadyAt = start.AddMinutes(1) });
        await AddAsync(run => run with { State = RunState.Lost, EndedAt = start.AddDays(2) });
        await AddAsync(run => run with { State = RunState.Exited, CreatedAt = start.AddYears(-1), EndedAt = start.AddYears(-1).AddDays(1) });
        _engine.Time.Advance(TimeSpan.FromDays(3));

        LifecycleStatistics figures = await ReadAsync();
        LifecycleStatistics before = await _engine.Get<ILifecycleStatistics>().ReadAsync(new StatisticsQuery { Since = start, Until = start.AddDays(1) });

        Assert.Equal((6, 3), (figures.Runs, figures.StuckRuns));
        Assert.Equal([slow.RunId, never.RunId, waiting.RunId], figures.Stuck.Select(run => run.RunId));
        Assert.Equal([31, 2880, 4320], figures.Stuck.Select(run => Math.Floor(run.NotReadyFor.TotalMinutes)));
        Assert.Equal((2, 1), (before.Runs, before.StuckRuns));
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_Kills_AverageAndP99ByMode()
    {
        for (int i = 1; i <= 200; i++)
        {
            await AddKillAsync(KillMode.Emergency, KillOutcome.Killed, i);
        }

        await AddKillAsync(KillMode.Graceful, KillOutcome.ExitedGracefully, 50);
        await AddKillAsync(KillMode.Graceful, KillOutcome.AlreadyExited, 1);
        await AddKillAsync(KillMode.Graceful, KillOutcome.Killed, double.NaN);
        await AddKillAsync(KillMode.Emergency, KillOutcome.Killed, 9999, kill => kill with { RequestedAt = Sample.Start.AddDays(-1) });
        await AddKillAsync(KillMode.Emergency, KillOutcome.Denied, 9999, kill => kill with { State = KillState.Denied });

        LifecycleStatistics figures = await ReadAsync();

        Assert.Equal(
            [new KillTimes(KillMode.Graceful, 1, 50, 50, 50), new KillTimes(KillMode.Emergency, 200, 100.5, 198, 200)],
            figures.Kills.OrderBy(times => times.Mode));
        Assert.Equal((203, 0), (figures.CompletedKills, figures.KillsWithoutCompleteAudit));
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_Cleanup_CountsEndsAndLines()
    {
        RunRecord indebted = await AddAsync(run => run with { State = RunState.Exited, EndedAt = Sample.Start });
        RunRecord clean = await AddAsync(run => run with { State = RunState.Exited, EndedAt = Sample.Start });
        await AddKillAsync(KillMode.Emergency, KillOutcome.Killed, 1, cleanup: [Line(CleanupOutcomes.Clean), Line(CleanupOutcomes.Kept), Line(CleanupOutcomes.Failed)]);
        await CommitAsync(new StoreCommit
        {
            AddReceipt = new RunReceipt { RunId = indebted.RunId, At = Sample.Start, Cleanup = [Line(CleanupOutcomes.NotAvailableHere), Line(CleanupOutcomes.Reported)] },
            AddDebts = [WorkflowLifecycle.Cleanup.CleanupDebts.New(indebted, null, "temp", null, "held", Sample.Start)],
        });
        await CommitAsync(new StoreCommit { AddReceipt = new RunReceipt { RunId = clean.RunId, At = Sample.Start, Cleanup = [Line(CleanupOutcomes.Clean)] } });

        CleanupFigures figures = (await ReadAsync()).Cleanup;

        Assert.Equal((2, 1, 0.5), (figures.Ends, figures.EndsWithoutDebts, figures.EndsShare));
        Assert.Equal((6, 4), (figures.Lines, figures.CleanLines));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("Requested")]
    [InlineData("Authorized")]
    [InlineData("IntentWritten")]
    [InlineData("ProvenDead")]
    [InlineData("Completed")]
    public async Task Read_KillThatLacksAnEntry_IsNamedWithIt(string missing)
    {
        await AddKillAsync(KillMode.Emergency, KillOutcome.Killed, 1);
        KillRecord lacking = await AddKillAsync(KillMode.Emergency, KillOutcome.Killed, 1, stages: [.. Complete.Where(stage => stage != missing)]);

        LifecycleStatistics figures = await ReadAsync();

        Assert.Equal((2, 1), (figures.CompletedKills, figures.KillsWithoutCompleteAudit));
        KillWithoutAudit named = Assert.Single(figures.WithoutCompleteAudit);
        Assert.Equal((lacking.KillId, lacking.RunId), (named.KillId, named.RunId));
        Assert.Equal([missing], named.Missing);
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_KillOfTheEngine_IsCompleteInTheAudit()
    {
        (RunRecord run, Held held) = await _engine.AddAsync("run_killed");
        held.Leaving.SetResult(Sample.Left);
        await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        LifecycleStatistics figures = await ReadAsync();

        Assert.Equal((1, 0, 1), (figures.CompletedKills, figures.KillsWithoutCompleteAudit, figures.Kills.Single().Count));
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_EmptySpan_IsRefused() => await Assert.ThrowsAsync<ArgumentException>(
        () => _engine.Get<ILifecycleStatistics>().ReadAsync(new StatisticsQuery { Since = Sample.Start, Until = Sample.Start }));

    private static CleanupResult Line(string outcome) => new() { Cleaner = "temp", Outcome = outcome };

    private async Task<LifecycleStatistics> ReadAsync()
    {
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        return await _engine.Get<ILifecycleStatistics>().ReadAsync(new StatisticsQuery { Since = Sample.Start });
    }

    private async Task<RunRecord> AddAsync(Func<RunRecord, RunRecord> change) =>
        (await _engine.AddAsync($"run_{_count++}", run => change(run with { ReadyAt = null }))).Run;

    private async Task<KillRecord> AddKillAsync(
        KillMode mode, KillOutcome outcome, double milliseconds, Func<KillRecord, KillRecord>? change = null, string[]? stages = null, CleanupResult[]? cleanup = null)
    {
        KillRecord kill = Sample.OpenKill(Sample.Run($"killed_{_count++}")) with { State = KillState.Completed };
        kill = kill with
        {
            Report = new KillReport
            {
                RunId = kill.RunId,
                KillId = kill.KillId,
                Outcome = outcome,
                Mode = mode,
                Reason = kill.Reason,
                RequestedBy = kill.RequestedBy,
                DurationMs = milliseconds,
                Cleanup = cleanup ?? [],
            },
        };
        kill = change?.Invoke(kill) ?? kill;
        await CommitAsync(new StoreCommit
        {
            AddKill = kill,
            Audit = [.. (stages ?? Complete).Select(stage => new AuditDraft { ChainId = "node", Stage = stage, At = Sample.Start, RunId = kill.RunId, KillId = kill.KillId, Actor = "os:1000" })],
        });
        return kill;
    }

    private async Task CommitAsync(StoreCommit commit) =>
        Assert.True((await _engine.Store.Inner.CommitAsync(commit, CommitDurability.Process)).IsCommitted);
}
