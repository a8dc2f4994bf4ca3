using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>An emergency answers five seconds after its intent, whatever has to be freed; what was not is a debt.</summary>
public sealed class AnswerTimeTests : IAsyncDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(10);

    private readonly Engine _engine;
    private readonly ScriptedCleaner _cleaner = new();
    private readonly TaskCompletionSource _never = new();

    public AnswerTimeTests() => _engine = new Engine(services => services.AddSingleton<IResourceCleaner>(_cleaner));

    public ValueTask DisposeAsync()
    {
        _never.TrySetResult();
        return _engine.DisposeAsync();
    }

    private IReadOnlyList<CleanupDebt> Debts => [.. _engine.Store.Commits.SelectMany(commit => commit.AddDebts)];

    private static CleanupResult LineOf(KillReport report, string cleaner = "scripted") => Assert.Single(report.Cleanup, line => line.Cleaner == cleaner);

    private async Task<(RunRecord Run, Held Held)> AddAsync()
    {
        RunResource noted = new() { Cleaner = "scripted", Name = "made at launch" };
        _cleaner.With("made at launch");
        return await _engine.AddAsync(change: row => row with { Cleaners = ["scripted"], Resources = [noted] });
    }

    private async Task<KillReport> KillTreeThatTakesAsync(Held held, RunRecord run, TimeSpan toDie)
    {
        held.Dying = new TaskCompletionSource<EndNotice?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using ITimer timer = _engine.Time.CreateTimer(_ => held.Dying.TrySetResult(Sample.Proven), null, toDie, Timeout.InfiniteTimeSpan);
        return await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), _step);
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_OfATreeThatTakesLong_CallsNoCleanerAndAnswersInTime()
    {
        (RunRecord run, Held held) = await AddAsync();

        KillReport report = await KillTreeThatTakesAsync(held, run, TimeSpan.FromMilliseconds(4700));

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.InRange(report.DurationMs, 4600, 4850);
        Assert.Empty(_cleaner.Looks);
        Assert.Equal((0, CleanupOutcomes.CeilingReached), (_cleaner.Cleanings, LineOf(report).Outcome));
        Assert.Equal(["made at launch"], LineOf(report).Remaining);
        Assert.Equal(CleanupOutcomes.CeilingReached, LineOf(report, "containment").Outcome);
        Assert.Equal(
            ["containment:" + _engine.Directory, "scripted:", "scripted:made at launch"],
            Debts.Select(debt => $"{debt.Cleaner}:{debt.Resource?.Name}").Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_OfATreeThatTakesSome_GivesCleanersWhatIsLeft()
    {
        (RunRecord run, Held held) = await AddAsync();
        _cleaner.OnClean = (_, _) => _never.Task;

        KillReport report = await KillTreeThatTakesAsync(held, run, TimeSpan.FromMilliseconds(4100));

        Assert.InRange(report.DurationMs, 4200, 4500);
        Assert.Equal(CleanupOutcomes.CeilingReached, LineOf(report).Outcome);
        Assert.Equal(CleanupOutcomes.Clean, LineOf(report, "cgroup").Outcome);
        Assert.Equal("made at launch", Assert.Single(Debts).Resource!.Name);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Emergency_WhoseContainmentIsNotFreed_AnswersInTimeAndOwesIt(bool blocksItsThread)
    {
        (RunRecord run, Held held) = await AddAsync();
        held.OnFree = () =>
        {
            if (blocksItsThread)
            {
                _never.Task.Wait(CancellationToken.None);
            }

            return _never.Task;
        };

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), _step);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.InRange(report.DurationMs, 4400, 4650);
        Assert.Equal(CleanupOutcomes.Clean, LineOf(report).Outcome);
        Assert.Equal(CleanupOutcomes.CeilingReached, LineOf(report, "containment").Outcome);
        Assert.Equal("containment", Assert.Single(Debts).Cleaner);
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_WithoutProof_WhoseContainmentIsNotFreed_AnswersInTime()
    {
        (RunRecord run, Held held) = await AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        held.Dying.SetResult(null);
        held.OnFree = () => _never.Task;

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), _step);

        Assert.Equal(KillOutcome.EndedUnproven, report.Outcome);
        Assert.InRange(report.DurationMs, 4400, 4650);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Emergency_WhoseOutcomeTheStoreIsSlowToTake_AnswersInTimeAndHasItOnRecordLater(bool blocksItsThread)
    {
        (RunRecord run, _) = await AddAsync();
        TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.Store.OnCommit = (commit, _) =>
        {
            if (commit.UpdateKill is not { State: KillState.Completed })
            {
                return Task.CompletedTask;
            }

            if (blocksItsThread)
            {
                slow.Task.Wait(CancellationToken.None);
            }

            return slow.Task;
        };
        long asked = _engine.Time.GetTimestamp();

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), _step);

        Assert.InRange(_engine.Time.GetElapsedTime(asked).TotalMilliseconds, 4900, 5200);
        Assert.Equal((KillOutcome.Killed, true), (report.Outcome, report.Message?.Contains("not on record yet", StringComparison.Ordinal)));
        slow.SetResult();
        await Engine.UntilAsync(() => _engine.RowAsync(run.RunId).GetAwaiter().GetResult().State == RunState.Killed);
        Assert.Equal((KillOutcome.Killed, null), ((await _engine.Kills.FindReportAsync(report.KillId))!.Outcome, (await _engine.Kills.FindReportAsync(report.KillId))!.Message));
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_WhoseOutcomeIsNotOnRecordYet_IsWaitedForByTheEndOfTheProcess()
    {
        (RunRecord run, _) = await AddAsync();
        TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.Store.OnCommit = (commit, _) => commit.UpdateKill is { State: KillState.Completed } ? slow.Task : Task.CompletedTask;
        await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), _step);

        Task ending = _engine.DisposeAsync().AsTask();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        bool isWaiting = !ending.IsCompleted;
        slow.SetResult();
        await ending;

        Assert.Equal((true, RunState.Killed), (isWaiting, (await _engine.RowAsync(run.RunId)).State));
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_ThatJoinsAKillLater_HasItsFiveSecondsFromThere()
    {
        (RunRecord run, Held held) = await AddAsync();
        _cleaner.OnClean = (_, told) => Task.Delay(TimeSpan.FromSeconds(2), _engine.Time, told);
        Task<KillReport> graceful = _engine.Kills.KillAsync(run.RunId, Engine.Request with { GracePeriod = TimeSpan.FromMinutes(1) });
        await _engine.PlayAsync(Task.Run(() => Engine.UntilAsync(() => _engine.Log.Count("SIGTERM") == 1)).ContinueWith(static _ => true, TaskScheduler.Default), _step);
        _engine.Time.Advance(TimeSpan.FromSeconds(20));

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), _step);

        Assert.Equal((KillOutcome.Killed, CleanupOutcomes.Clean), (report.Outcome, LineOf(report).Outcome));
        Assert.Equal((await graceful).KillId, report.KillId);
    }

    [Fact(Timeout = 30_000)]
    public async Task Unconfirmed_ThatEndsLater_GivesCleanersTheirTime()
    {
        (RunRecord run, Held held) = await AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        _cleaner.OnClean = (_, told) => Task.Delay(TimeSpan.FromSeconds(2), _engine.Time, told);
        KillReport first = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(500));
        Assert.Equal(KillOutcome.KillUnconfirmed, first.Outcome);

        held.Dying.SetResult(Sample.Proven);
        await _engine.PlayAsync(
            Task.Run(() => Engine.UntilAsync(() => _engine.RowAsync(run.RunId).GetAwaiter().GetResult().State == RunState.Killed)).ContinueWith(static _ => true, TaskScheduler.Default), _step);

        Assert.Equal(["made at launch"], LineOf((await _engine.Kills.FindReportAsync(first.KillId))!).Cleaned);
        Assert.Empty(Debts);
    }
}
