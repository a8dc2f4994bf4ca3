using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowLifecycle.EndToEnd.Tests.Cleanup;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Clocks;

/// <summary>The wall clock is set forward or back by an hour, in the middle of everything.</summary>
public sealed class WallClockTests : EndToEndTest
{
    private readonly JumpingTime _time = new();

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Scenario", "S14")]
    public async Task Run_DuringWhichTheClockIsSet_TookAsLongAsItDid(int hours)
    {
        Engine engine = StartWithClock();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell("echo ready; sleep 0.5; exit 3"));

        _time.Jump(TimeSpan.FromHours(hours));

        RunResult result = await process.WaitForExitAsync();
        Assert.Equal((RunState.Exited, 3), (result.State, result.ExitCode));
        Assert.InRange(result.Duration, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(20));
    }

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Scenario", "S14")]
    public async Task Grace_DuringWhichTheClockIsSet_LastsAsLongAsItWould(int hours)
    {
        Engine engine = StartWithClock();
        await using ITrackedProcess polite = await engine.LaunchReadyAsync(engine.Program("terminates", "slow", "1"));
        await using ITrackedProcess stubborn = await engine.LaunchReadyAsync(engine.Program("stubborn", "2"));

        Task<KillReport>[] kills = [engine.Kills.KillAsync(polite.RunId, Engine.Graceful(20)), engine.Kills.KillAsync(stubborn.RunId, Engine.Graceful(1.5))];
        await Wait.UntilAsync("both were told to leave", async () =>
            (await engine.AuditAsync(polite.RunId)).Concat(await engine.AuditAsync(stubborn.RunId)).Count(entry => entry.Stage == "Signal") == 2);
        _time.Jump(TimeSpan.FromHours(hours));
        KillReport[] reports = await Task.WhenAll(kills);

        Assert.Equal([KillOutcome.ExitedGracefully, KillOutcome.Killed], reports.Select(report => report.Outcome));
        Assert.InRange(reports[0].DurationMs, 900, 10_000);
        Assert.InRange(reports[1].DurationMs, 1400, 10_000);
        Assert.All(reports, report => Assert.Equal(EndProof.CgroupAndReaperEmpty, report.Proof));
    }

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Scenario", "S14")]
    public async Task Debt_AfterWhichTheClockIsSet_IsRetriedAsSoon(int hours)
    {
        int tries = 0;
        Engine engine = StartWithClock(services => services.AddSingleton<IResourceCleaner>(new MarkerCleaner(Room.Path)
        {
            OnClean = () => Interlocked.Increment(ref tries) <= 6 ? throw new IOException("held by a test") : Task.CompletedTask,
        }));
        IHostedService host = engine.Hosted;
        await host.StartAsync(Aborted);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
        await Wait.UntilAsync("it was retried once, in vain", async () => (await engine.Store.ReadDebtsAsync(new DebtQuery(), Aborted)) is [{ Attempts: > 0, ClaimedUntil: null }]);

        _time.Jump(TimeSpan.FromHours(hours));

        await Wait.UntilAsync("it is settled", async () => (await engine.Store.ReadDebtsAsync(new DebtQuery(), Aborted)).Count == 0);
        await host.StopAsync(Aborted);
        CleanupDebt settled = Assert.Single(await engine.Store.ReadDebtsAsync(new DebtQuery { IncludeSettled = true }, Aborted));
        Assert.InRange(settled.Attempts, 2, 4);
    }

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Scenario", "S14")]
    public async Task Run_OfAHostWhoseClockWasSet_IsNeitherLostNorOver(int hours)
    {
        Engine engine = StartWithClock();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "2"));
        IHostedService host = engine.Hosted;
        await host.StartAsync(Aborted);

        await Wait.UntilAsync("it runs", async () => (await engine.RowAsync(process.RunId)).State == RunState.Running);

        _time.Jump(TimeSpan.FromHours(hours));

        Engine other = Start();
        Assert.Equal(RunState.Running, (await other.RowAsync(process.RunId)).State);
        Assert.Equal(RunState.Running, (await engine.RowAsync(process.RunId)).State);
        KillReport report = await other.Kills.KillAsync(process.RunId, Engine.Emergency());
        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.Proof));
        await host.StopAsync(Aborted);
    }

    private Engine StartWithClock(Action<IServiceCollection>? services = null) => Start(services: collection =>
    {
        collection.AddSingleton<TimeProvider>(_time);
        services?.Invoke(collection);
    });
}
