using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>The ceilings of a kill, and what joins or escalates it.</summary>
public sealed class EscalationTests : IAsyncDisposable
{
    private static readonly TimeSpan _ceiling = TimeSpan.FromSeconds(10);

    // The cap of the grace, the five seconds after it, and three for the cleaning.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(68);
    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(1);

    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    // The timer of the ceiling is set right after SIGTERM; the second wait for the tree's end comes after it.
    private Task UntilTerminatingAsync(Held held) => Engine.UntilAsync(
        () => _engine.Log.Count("SIGTERM") == 1 && held.Containment.ReceivedCallsOf(nameof(IContainment.WatchEndAsync)) > 1);

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S06")]
    public async Task Kill_TreeThatIgnoresSigterm_IsEscalatedAtTheCeilingAndNotBefore()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await UntilTerminatingAsync(held);

        _engine.Time.Advance(_ceiling - _moment);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(0, _engine.Log.Count("SIGKILL"));
        _engine.Time.Advance(_moment);

        KillReport report = await kill;
        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(["quiesce", "safe-point", "terminate", "kill", "prove", "clean"], report.Steps.Select(step => step.Name));
        Assert.Contains("ceiling reached", report.Steps[2].Outcome, StringComparison.Ordinal);
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.StartsWith("commit Signal Process", StringComparison.Ordinal)));
        IReadOnlyList<AuditEntry> audit = await _engine.AuditAsync();
        Assert.Equal(["SIGTERM", "SIGKILL"], audit.Where(entry => entry.Stage == "Signal").Select(entry => entry.Details["signal"]).OrderDescending(StringComparer.Ordinal));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(3, 3)]
    [InlineData(60, 10)]
    public async Task Kill_GracePeriod_OnlyLowersTheCeiling(int asked, int expected)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request with { GracePeriod = TimeSpan.FromSeconds(asked) });
        await UntilTerminatingAsync(held);

        _engine.Time.Advance(TimeSpan.FromSeconds(expected) - _moment);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(0, _engine.Log.Count("SIGKILL"));
        _engine.Time.Advance(_moment);

        Assert.Equal(KillOutcome.Killed, (await kill).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_SecondOfTheSameMode_JoinsTheFirst()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        Task<KillReport> first = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await UntilTerminatingAsync(held);
        Task<KillReport> second = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        held.Leaving.SetResult(Sample.Left);

        Assert.Equal((await first).KillId, (await second).KillId);
        Assert.Equal(1, _engine.Log.Count("SIGTERM"));
        Assert.Equal(KillOutcome.ExitedGracefully, (await second).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EmergencyDuringTheGrace_EscalatesTheSameKill()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        Task<KillReport> first = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await UntilTerminatingAsync(held);

        KillReport second = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((await first).KillId, second.KillId);
        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (second.Outcome, second.Mode));
        Assert.Contains("escalated", second.Steps.Single(step => step.Name == "terminate").Outcome, StringComparison.Ordinal);
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.StartsWith("commit Escalated Machine", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EmergencyDuringTheKillingItself_JoinsWithoutHarm()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        Task<KillReport> first = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await UntilTerminatingAsync(held);
        _engine.Time.Advance(_ceiling);
        await Engine.UntilAsync(() => _engine.Log.Count("SIGKILL") == 1);

        Task<KillReport> second = _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        held.Dying.SetResult(Sample.Proven);

        Assert.Equal((await first).KillId, (await second).KillId);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S42")]
    public async Task Kill_EmergencyThatJoinsAKillWaitingForTheStore_GoesOnWithoutTheStore()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        TaskCompletionSource asked = new();
        _engine.Store.OnCommit = (commit, token) =>
        {
            asked.TrySetResult();
            return commit.AddKill?.State == KillState.IntentWritten ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        };
        Task<KillReport> graceful = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await asked.Task;
        Task<KillReport> emergency = _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(emergency.IsCompleted);

        _engine.Time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), ((await emergency).Outcome, (await emergency).Mode));
        Assert.Equal((await emergency).KillId, (await graceful).KillId);
        Assert.Equal(0, _engine.Log.Count("SIGTERM"));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S04")]
    public async Task Kill_TreeThatDoesNotDie_IsUnconfirmedAfter5SecondsAndGoesOn()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.WaitForEndAsync)) == 1);

        _engine.Time.Advance(TimeSpan.FromSeconds(5) - _moment);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(kill.IsCompleted);
        _engine.Time.Advance(_moment);

        KillReport report = await kill;
        Assert.Equal((KillOutcome.KillUnconfirmed, EndProof.None, 2), (report.Outcome, report.Proof, report.Survivors.Count));
        Assert.Equal(RunState.KillUnconfirmed, (await _engine.RowAsync(run.RunId)).State);
        Assert.Equal(KillState.Unconfirmed, (await _engine.Store.FindKillAsync(report.KillId))!.State);
        Assert.DoesNotContain("clean", _engine.Log.Calls);

        held.Dying.SetResult(Sample.Proven);
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.Contains("Completed Machine Committed", StringComparison.Ordinal)));

        Assert.Equal(RunState.Killed, (await _engine.RowAsync(run.RunId)).State);
        Assert.Equal(KillOutcome.Killed, (await _engine.Kills.FindReportAsync(report.KillId))!.Outcome);
        Assert.Contains("clean", _engine.Log.Calls);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_CallerThatGoesAway_EndsItsWaitAndNotTheKill()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        using CancellationTokenSource caller = new();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request, caller.Token);
        await UntilTerminatingAsync(held);

        await caller.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kill);
        Assert.Equal(caller.Token, exception.CancellationToken);
        held.Leaving.SetResult(Sample.Left);

        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.Contains("Completed Machine Committed", StringComparison.Ordinal)));
        Assert.Equal(RunState.Exited, (await _engine.RowAsync(run.RunId)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_GracefulBehindALockThatAnotherHolds_WaitsForIt()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Unlocked = new TaskCompletionSource();
        held.Leaving.SetResult(Sample.Left);
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.LockAsync)) == 1);
        _engine.Time.Advance(_patience - _moment);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        _engine.Log.AssertNothingSignalled();

        held.Unlocked.SetResult();

        Assert.Equal(KillOutcome.ExitedGracefully, (await kill).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_GracefulBehindALockThatIsNeverFreed_GoesOnInTheEnd()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Unlocked = new TaskCompletionSource();
        held.Leaving.SetResult(Sample.Left);
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.LockAsync)) == 1);

        _engine.Time.Advance(_patience);

        Assert.Equal(KillOutcome.ExitedGracefully, (await kill).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EmergencyBehindALockThatAnotherHolds_GoesOnAfter250Milliseconds()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Unlocked = new TaskCompletionSource();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.LockAsync)) == 1);
        _engine.Time.Advance(TimeSpan.FromMilliseconds(249));
        await Task.Delay(20, TestContext.Current.CancellationToken);
        _engine.Log.AssertNothingSignalled();

        _engine.Time.Advance(_moment);

        Assert.Equal(KillOutcome.Killed, (await kill).Outcome);
    }

    [Fact]
    public void Limit_CancelledAfterItsUse_HarmsNobody()
    {
        using CancellationTokenSource linked = new();
        KillClock clock = new(_engine.Time);
        using (clock.Limit(_ceiling, linked.Token))
        {
            Assert.False(linked.IsCancellationRequested);
        }

        linked.Cancel();
        using KillLimit limit = clock.Limit(_ceiling, linked.Token);
        Assert.True(limit.Token.IsCancellationRequested);
    }
}
