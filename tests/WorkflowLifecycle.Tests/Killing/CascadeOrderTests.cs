using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>A graceful kill ends the deepest runs first, within the time of the run that was named.</summary>
public sealed class CascadeOrderTests : IAsyncDisposable
{
    private static readonly RunId _top = RunId.Parse("top");
    private static readonly RunId _middle = RunId.Parse("middle");
    private static readonly RunId _bottom = RunId.Parse("bottom");
    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(1);

    private bool _childRunsFirst = true;
    private readonly Engine _engine;

    public CascadeOrderTests() => _engine = new Engine(services => services.Configure<WorkflowLifecycleOptions>(options => options.ChildRunsFirst = _childRunsFirst));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task AddFamilyAsync()
    {
        await _engine.AddAsync("top");
        await _engine.AddAsync("middle", run => run with { ParentRun = _top });
        await _engine.AddAsync("bottom", run => run with { ParentRun = _middle });
    }

    private bool IsTold(RunId runId) => _engine.HeldOf(runId).Containment.ReceivedCallsOf(nameof(IContainment.SignalAsync)) > 0;

    private bool IsForced(RunId runId) => _engine.HeldOf(runId).Containment.ReceivedCallsOf(nameof(IContainment.EndAsync)) > 0;

    // The timer of the terminate stage is set right after SIGTERM; the second wait for the tree's end comes after it.
    private Task UntilToldAsync(RunId runId) => Engine.UntilAsync(
        () => IsTold(runId) && _engine.HeldOf(runId).Containment.ReceivedCallsOf(nameof(IContainment.WatchEndAsync)) > 1);

    private async Task UntilJoinedAsync(int count)
    {
        while ((await _engine.AuditAsync()).Count(entry => entry.Details.ContainsKey("joined")) < count)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    private async Task AdvanceAsync(double seconds)
    {
        _engine.Time.Advance(TimeSpan.FromSeconds(seconds));
        await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_Graceful_FencesAllThenEndsTheDeepestFirst()
    {
        await AddFamilyAsync();
        Task<KillReport> kill = _engine.Kills.KillAsync(_top, Engine.Request);

        await UntilToldAsync(_bottom);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal((false, false), (IsTold(_middle), IsTold(_top)));
        foreach (RunId runId in new[] { _top, _middle, _bottom })
        {
            Assert.Equal(RunState.Stopping, (await _engine.RowAsync(runId)).State);
        }

        const string intent = "commit Requested Authorized IntentWritten Machine";
        _engine.Log.AssertOrder(intent, intent, intent, "SIGTERM");
        _engine.HeldOf(_bottom).Leaving.SetResult(Sample.Left);
        await UntilToldAsync(_middle);
        Assert.False(IsTold(_top));
        _engine.HeldOf(_middle).Leaving.SetResult(Sample.Left);
        await UntilToldAsync(_top);
        _engine.HeldOf(_top).Leaving.SetResult(Sample.Left);

        KillReport report = await kill;
        KillReport middle = Assert.Single(report.ChildRuns);
        KillReport bottom = Assert.Single(middle.ChildRuns);
        Assert.Equal(
            (KillOutcome.ExitedGracefully, KillOutcome.ExitedGracefully, KillOutcome.ExitedGracefully, _bottom),
            (report.Outcome, middle.Outcome, bottom.Outcome, bottom.RunId));
        Assert.Equal(("child-runs", "1: done"), (report.Steps[0].Name, report.Steps[0].Outcome));
        Assert.DoesNotContain(bottom.Steps, step => step.Name == "child-runs");
        IReadOnlyList<RunEvent> events = await _engine.Store.ReadEventsAsync(default, 1000, TestContext.Current.CancellationToken);
        Assert.Contains(events, told => told.RunId == _top && told is { Kind: "kill.waiting", Message: "child runs: middle" });
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false, KillMode.Graceful)]
    [InlineData(true, KillMode.Emergency)]
    public async Task Kill_ChildRunsNotFirstOrEmergency_EndsAllSideBySide(bool childRunsFirst, KillMode mode)
    {
        _childRunsFirst = childRunsFirst;
        await AddFamilyAsync();
        foreach (RunId runId in new[] { _top, _middle, _bottom })
        {
            _engine.HeldOf(runId).Dying = new TaskCompletionSource<EndNotice?>();
        }

        Task<KillReport> kill = _engine.Kills.KillAsync(_top, Engine.Request with { Mode = mode });

        Func<RunId, bool> isReached = mode == KillMode.Emergency ? IsForced : IsTold;
        await Engine.UntilAsync(() => isReached(_top) && isReached(_middle) && isReached(_bottom));
        foreach (RunId runId in new[] { _top, _middle, _bottom })
        {
            _engine.HeldOf(runId).Leaving.SetResult(Sample.Left);
            _engine.HeldOf(runId).Dying.SetResult(Sample.Proven);
        }

        Assert.Single(Assert.Single((await kill).ChildRuns).ChildRuns);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EscalatedWhileChildRunsAreEnded_ReachesAllOfThemWithoutTheStore()
    {
        await AddFamilyAsync();
        Task<KillReport> graceful = _engine.Kills.KillAsync(_top, Engine.Request);
        await UntilToldAsync(_bottom);
        TaskCompletionSource slow = new();
        Task<KillReport>? emergency = null;
        _engine.Store.OnCommit = (commit, _) => commit.Audit.Any(entry => entry.Stage == "Escalated") ? slow.Task : Task.CompletedTask;
        emergency = _engine.Kills.KillAsync(_top, Engine.Emergency);

        await Engine.UntilAsync(() => IsForced(_top) && IsForced(_middle) && IsForced(_bottom));
        slow.SetResult();

        KillReport report = await emergency;
        Assert.Equal((await graceful).KillId, report.KillId);
        Assert.Equal((KillMode.Emergency, KillOutcome.Killed), (report.Mode, report.Outcome));
        Assert.Equal((KillMode.Emergency, KillOutcome.Killed), (report.ChildRuns[0].ChildRuns[0].Mode, report.ChildRuns[0].ChildRuns[0].Outcome));
        Assert.Equal("1: escalated", report.Steps[0].Outcome);
        Assert.Equal(3, (await _engine.AuditAsync()).Count(entry => entry.Stage == "Escalated"));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Peer", "kubernetes#115817")]
    public async Task Kill_LevelsThatIgnoreSigterm_TogetherStayWithinTheGrace()
    {
        await AddFamilyAsync();
        Task<KillReport> kill = _engine.Kills.KillAsync(_top, Engine.Request with { GracePeriod = TimeSpan.FromSeconds(16) });

        // Of the 16 s the middle has 12, and of these the bottom 9: each keeps a quarter for its own terminate stage.
        await UntilToldAsync(_bottom);
        await AdvanceAsync(9 - _moment.TotalSeconds);
        Assert.False(IsForced(_bottom));
        await AdvanceAsync(_moment.TotalSeconds);
        await UntilToldAsync(_middle);
        await AdvanceAsync(3);
        await UntilToldAsync(_top);
        Assert.False(IsForced(_top));
        await AdvanceAsync(4);

        KillReport report = await kill;
        Assert.Equal((KillOutcome.Killed, KillOutcome.Killed), (report.Outcome, report.ChildRuns[0].Outcome));
        Assert.Equal(16_000, report.DurationMs);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ChildRunThatCannotBeEnded_DoesNotKeepItsParentAlive()
    {
        await AddFamilyAsync();
        _engine.HeldOf(_bottom).Dying = new TaskCompletionSource<EndNotice?>();
        _engine.HeldOf(_middle).Leaving.SetResult(Sample.Left);
        _engine.HeldOf(_top).Leaving.SetResult(Sample.Left);
        Task<KillReport> kill = _engine.Kills.KillAsync(_top, Engine.Request with { GracePeriod = TimeSpan.FromSeconds(4) });

        KillReport report = await _engine.PlayAsync(kill, TimeSpan.FromMilliseconds(20));

        Assert.Equal((KillOutcome.ExitedGracefully, KillOutcome.ExitedGracefully), (report.Outcome, report.ChildRuns[0].Outcome));
        Assert.Equal(KillOutcome.KillUnconfirmed, report.ChildRuns[0].ChildRuns[0].Outcome);
        Assert.InRange(report.DurationMs, 3_000, 4_000);
        _engine.HeldOf(_bottom).Dying.SetResult(Sample.Proven);
        await Engine.UntilAsync(() => _engine.RowAsync(_bottom).GetAwaiter().GetResult().State == RunState.Killed);
    }

    [Fact(Timeout = 30_000)]
    public async Task KillMany_ParentAndChildTogether_StillEndsTheChildFirst()
    {
        await AddFamilyAsync();
        Task<IReadOnlyList<KillReport>> kills = _engine.Kills.KillManyAsync([_top, _bottom, _middle], Engine.Request);

        // Only runs that still live are found below another: nobody leaves before each of the three families is known.
        await UntilJoinedAsync(3);
        foreach (RunId next in new[] { _bottom, _middle, _top })
        {
            await UntilToldAsync(next);
            Assert.Equal(next == _top, IsTold(_top));
            _engine.HeldOf(next).Leaving.SetResult(Sample.Left);
        }

        IReadOnlyList<KillReport> reports = await kills;
        Assert.Equal(reports[1].KillId, reports[0].ChildRuns[0].ChildRuns[0].KillId);
        Assert.All(reports, report => Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ChildRunWhoseIntentNoStoreTakes_EndsTheParentAndSaysSo()
    {
        await AddFamilyAsync();
        _engine.HeldOf(_top).Leaving.SetResult(Sample.Left);
        _engine.Store.OnCommit = (commit, _) =>
            commit.AddKill is { State: KillState.IntentWritten } kill && kill.RunId == _middle ? ScriptedStore.Away() : Task.CompletedTask;

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(_top, Engine.Request), TimeSpan.FromMilliseconds(100));

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Contains("Its child run middle was not ended", report.Message, StringComparison.Ordinal);
        Assert.False(IsTold(_middle));
    }

    [Fact]
    public void ChildRunTime_OfEveryBudget_LeavesTheParentItsTerminateStage()
    {
        foreach (int seconds in new[] { 1, 4, 16, 60, 3600 })
        {
            GraceBudget budget = new(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(10));

            Assert.True(ChildRunTime.Handed(budget) < ChildRunTime.WaitedFor(budget));
            Assert.True(ChildRunTime.WaitedFor(budget) < budget.Total);
            Assert.True(budget.Total - ChildRunTime.WaitedFor(budget) >= (budget.Total - budget.Quiesce) / 2);
        }
    }
}
