using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Hosting;

/// <summary>The end of a host, with a store and processes that behave as they are told.</summary>
public sealed class HostShutdownTests : IAsyncDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(100);

    private readonly Logs _logs = new();
    private TimeSpan _graceOfTheHost = TimeSpan.FromSeconds(25);
    private readonly Engine _engine;

    public HostShutdownTests() => _engine = new Engine(services => services.AddSingleton<ILoggerFactory>(_logs)
        .Configure<WorkflowLifecycleOptions>(options => options.HostShutdownGrace = _graceOfTheHost));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<Held> AddAsync(string id, OnHostExit onHostExit = OnHostExit.Kill, string? parent = null)
    {
        RunId? above = parent is null ? null : RunId.Parse(parent);
        (RunRecord run, Held held) = await _engine.AddAsync(id, row => row with { ParentRun = above, OnHostExit = onHostExit });
        _engine.Get<HostRuns>().Add(run.RunId, onHostExit, above, new TaskCompletionSource().Task);
        return held;
    }

    private async Task StopAsync(CancellationToken timeIsUp = default)
    {
        async Task<bool> RunAsync()
        {
            await _engine.Get<HostShutdown>().RunAsync(timeIsUp);
            return true;
        }

        await _engine.PlayAsync(RunAsync(), _step);
    }

    private async Task<KillRecord> KillOfAsync(string id) => (await _engine.Store.Inner.FindKillAsync((await _engine.RowAsync(RunId.Parse(id))).KillId!.Value))!;

    [Fact(Timeout = 30_000)]
    public async Task Stop_Runs_AreEndedInTheTimeOfTheSettingLessTheReserve()
    {
        (await AddAsync("a")).Leaving.SetResult(Sample.Left);
        (await AddAsync("below", parent: "a")).Leaving.SetResult(Sample.Left);

        await StopAsync();

        KillRecord kill = await KillOfAsync("a");
        Assert.Equal(("host shutdown", "host:executor", "host", KillMode.Graceful), (kill.Reason, kill.RequestedBy, kill.Door, kill.Mode));
        Assert.InRange(kill.GracePeriod!.Value.TotalSeconds, 20, 23);
        Assert.Equal("parent run a: host shutdown", (await KillOfAsync("below")).Reason);
        Assert.DoesNotContain(_logs.Entries, entry => entry.Id is 353 or 354 or 355);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_StoreThatTakesNoGracefulIntent_EndsTheRunAtOnce()
    {
        Held held = await AddAsync("a");
        _engine.Store.OnCommit = static (commit, _) => commit.AddKill is { Mode: KillMode.Graceful } ? ScriptedStore.Away() : Task.CompletedTask;

        await StopAsync();

        Assert.Equal(1, held.Containment.ReceivedCallsOf(nameof(IContainment.EndAsync)));
        Assert.Contains("The store is away", Assert.Single(_logs.Entries, entry => entry.Id == 354).Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_RunThatMayNotOrCannotBeEnded_KeepsNeitherTheOthersNorTheHost()
    {
        (await AddAsync("a")).Leaving.SetResult(Sample.Left);
        Held stuck = await AddAsync("stuck");
        stuck.Dying = new TaskCompletionSource<EndNotice?>();
        await _engine.AddAsync("foreign", row => row with { LaunchedBy = "host:other" });
        _engine.Get<HostRuns>().Add(RunId.Parse("foreign"), OnHostExit.Kill, null, new TaskCompletionSource().Task);
        _engine.Get<HostRuns>().Add(RunId.Parse("none"), OnHostExit.Kill, null, new TaskCompletionSource().Task);

        await StopAsync();

        Assert.Equal(RunState.Exited, (await _engine.RowAsync(RunId.Parse("a"))).State);
        string[] said = [.. _logs.Entries.Where(entry => entry.Id == 355).Select(entry => entry.Text)];
        Assert.Equal(3, said.Length);
        Assert.Contains(said, text => text.StartsWith("Host shutdown: run foreign was not ended: Denied", StringComparison.Ordinal));
        Assert.Contains(said, text => text.StartsWith("Host shutdown: run stuck was not ended: KillUnconfirmed", StringComparison.Ordinal));
        stuck.Dying.SetResult(Sample.Proven);
        await Engine.UntilAsync(() => _engine.RowAsync(RunId.Parse("stuck")).GetAwaiter().GetResult().State == RunState.Killed);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_KeptRunBelowAnEndedOne_GoesOnWithAllBelowItThatIsNotOfThisHost()
    {
        (await AddAsync("a")).Leaving.SetResult(Sample.Left);
        Held kept = await AddAsync("kept", OnHostExit.Keep, "a");
        (await AddAsync("below", OnHostExit.Kill, "kept")).Leaving.SetResult(Sample.Left);

        await StopAsync();

        Assert.Equal(0, kept.Containment.ReceivedCallsOf(nameof(IContainment.SignalAsync)));
        Assert.Equal(RunState.Running, (await _engine.RowAsync(RunId.Parse("kept"))).State);
        Assert.Equal(RunState.Exited, (await _engine.RowAsync(RunId.Parse("below"))).State);
        Assert.Equal("Host shutdown: 1 runs are handed over: they go on without this host", Assert.Single(_logs.Entries, entry => entry.Id == 352).Text);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_RunWhoseKillIsUnderWay_DoesNotWaitPastTheTimeOfTheHost()
    {
        _graceOfTheHost = TimeSpan.FromSeconds(2);
        Held held = await AddAsync("a");
        Task<KillReport> before = _engine.Kills.KillAsync(RunId.Parse("a"), Engine.Request with { GracePeriod = TimeSpan.FromSeconds(9) });
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.SignalAsync)) > 0);

        await StopAsync();

        KillReport report = await before;
        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (report.Outcome, report.Mode));
        Assert.InRange(report.DurationMs, 1_900, 3_000);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_TimeThatIsUpBeforeItBegan_EndsAtOnce()
    {
        Held held = await AddAsync("a");

        await StopAsync(new CancellationToken(canceled: true));

        Assert.Equal(1, held.Containment.ReceivedCallsOf(nameof(IContainment.EndAsync)));
        Assert.Equal(KillMode.Emergency, (await KillOfAsync("a")).Mode);
    }
}
