using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>Cleaners in a kill: when they have their turn, and what they may cost.</summary>
public sealed class KillCleanupTests : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly ScriptedCleaner _cleaner;
    private readonly ScriptedCleaner _other = new("other");
    private readonly TaskCompletionSource _never = new();

    public KillCleanupTests()
    {
        _engine = new Engine(services => services.AddSingleton<IResourceCleaner>(_cleaner!).AddSingleton<IResourceCleaner>(_other));
        _cleaner = new ScriptedCleaner("scripted", _engine.Log);
    }

    public ValueTask DisposeAsync()
    {
        _never.TrySetResult();
        return _engine.DisposeAsync();
    }

    private async Task<(RunRecord Run, Held Held)> AddAsync(params IReadOnlyList<string> cleaners)
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { Cleaners = cleaners.Count == 0 ? ["scripted", "other"] : cleaners });
        held.Leaving.SetResult(Sample.Left);
        return (run, held);
    }

    private static CleanupResult LineOf(KillReport report, string cleaner = "scripted") => Assert.Single(report.Cleanup, line => line.Cleaner == cleaner);

    private IReadOnlyList<CleanupDebt> Debts => [.. _engine.Store.Commits.SelectMany(commit => commit.AddDebts)];

    [Fact(Timeout = 30_000)]
    public async Task Kill_Graceful_LooksBeforeTheFirstSignalAndFreesAfterTheProof()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With("a", "b");

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        _engine.Log.AssertOrder("commit Requested Authorized IntentWritten", "discover BeforeEnd", "SIGTERM", "discover AfterEnd", "free a", "free b", "clean", "commit ProvenDead");
        CleanupResult line = LineOf(report);
        Assert.Equal(CleanupOutcomes.Clean, line.Outcome);
        Assert.Equal(["a", "b"], line.Found);
        Assert.Equal(["a", "b"], line.Cleaned);
        Assert.Empty(line.Remaining);
        Assert.Equal(["a", "b"], _cleaner.Looks[1].Known.Select(resource => resource.Name));
        Assert.Equal((2, KillMode.Graceful, report.KillId), (_cleaner.Looks[1].Processes.Count, _cleaner.Looks[1].Mode, _cleaner.Looks[1].KillId));
        Assert.Equal(CleanupOutcomes.Clean, LineOf(report, "other").Outcome);
        Assert.Empty(Debts);
        Assert.Contains(await _engine.AuditAsync(), entry => entry.Stage == "Cleaned" && entry.Details["cleaner"] == "scripted");
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_WithoutAStore_OwesWhatTheRowKnowsThatItDidNot()
    {
        (RunRecord run, Held held) = await AddAsync("scripted");
        _cleaner.With("a").Unseen.Add("a");
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();
        held.OnEnd = () =>
        {
            // What was seen while it went on was under way to the store when the emergency read the row.
            RunResource seen = new() { Cleaner = "scripted", Name = "a" };
            _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = run with { Resources = [seen] } }, CommitDurability.Machine).AsTask().GetAwaiter().GetResult();
            _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        };

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.Killed, 0), (report.Outcome, _cleaner.Cleanings));
        Assert.Equal(("a", report.KillId), (Assert.Single(Debts).Resource?.Name, Assert.Single(Debts).KillId));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S66")]
    public async Task Kill_ResourcesWithSecrets_AreToldWithoutThem()
    {
        _cleaner.With("/dev/shm/token=Zq7canary");
        _cleaner.Describe = name => new RunResource { Cleaner = "scripted", Name = name, Note = "held by tool --password=Zq7canary" };
        _cleaner.OnClean = static (resource, _) => throw new IOException($"{resource.Name}: held");

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync((await AddAsync("scripted")).Run.RunId, Engine.Request), TimeSpan.FromMilliseconds(50));

        CleanupResult line = LineOf(report);
        Assert.DoesNotContain("Zq7", string.Join(' ', [.. line.Found, .. line.Cleaned, .. line.Remaining, line.Message]), StringComparison.Ordinal);
        CleanupDebt debt = Assert.Single(Debts);
        Assert.Equal("/dev/shm/token=Zq7canary", debt.Resource!.Name);
        Assert.DoesNotContain("Zq7", debt.Reason + debt.Resource.Note, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_Emergency_AsksNobodyBeforeTheSignal()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With("a");

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(CleanupMoment.AfterEnd, Assert.Single(_cleaner.Looks).Moment);
        _engine.Log.AssertOrder("SIGKILL", "discover AfterEnd", "free a", "clean");
        Assert.Equal(["a"], LineOf(report).Cleaned);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_OnlyWithTheCleanersThatTheRowNames()
    {
        (RunRecord run, _) = await AddAsync("other");

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Empty(_cleaner.Looks);
        Assert.Equal(["cgroup", "run-directory", "other"], report.Cleanup.Select(line => line.Cleaner));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("discover", null)]
    [InlineData("clean", "a")]
    [InlineData("exists", "a")]
    public async Task Kill_CleanerThatThrows_CostsItsOwnLineAndIsADebt(string where, string? resource)
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With("a");
        _other.With("b");
        if (where == "discover")
        {
            _cleaner.OnDiscover = static (_, _) => throw new IOException("the disk is gone");
        }
        else if (where == "clean")
        {
            _cleaner.OnClean = static (_, _) => throw new IOException("the disk is gone");
        }
        else
        {
            _cleaner.OnExists = static (_, _) => throw new IOException("the disk is gone");
        }

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), TimeSpan.FromMilliseconds(50));

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(["b"], LineOf(report, "other").Cleaned);
        CleanupResult line = LineOf(report);
        Assert.Equal(CleanupOutcomes.Failed, line.Outcome);
        Assert.Contains("the disk is gone", line.Message, StringComparison.Ordinal);
        Assert.Empty(line.Cleaned);
        CleanupDebt debt = Assert.Single(Debts);
        Assert.Equal(("scripted", resource, report.KillId, run.Host.HostId), (debt.Cleaner, debt.Resource?.Name, debt.KillId, debt.HostId));
        Assert.True(debt.IsOpen);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ResourceThatGoesAtTheThirdTry_IsClean()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With("a");
        int tries = 0;
        _cleaner.OnClean = (_, _) => ++tries < 3 ? throw new IOException("busy") : Task.CompletedTask;

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), TimeSpan.FromMilliseconds(50));

        Assert.Equal((CleanupOutcomes.Clean, 3), (LineOf(report).Outcome, tries));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ResourceThatIsStillThereThoughNobodyThrew_IsRemaining()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With("a");
        _cleaner.OnExists = (resource, _) =>
        {
            // Whoever made it makes it again.
            _cleaner.With(resource.Name);
            return Task.CompletedTask;
        };

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), TimeSpan.FromMilliseconds(50));

        Assert.Equal((CleanupOutcomes.Failed, 3), (LineOf(report).Outcome, _cleaner.Cleanings));
        Assert.Equal(["a"], LineOf(report).Remaining);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_EmergencyWithACleanerThatHangs_AnswersInItsFiveSeconds(bool blocksItsThread)
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With("a");
        _cleaner.OnClean = (_, _) =>
        {
            if (blocksItsThread)
            {
                _never.Task.Wait(CancellationToken.None);
            }

            return _never.Task;
        };

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(100));

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.InRange(report.DurationMs, 4000, 5000);
        Assert.Equal(CleanupOutcomes.CeilingReached, LineOf(report).Outcome);
        Assert.Equal("a", Assert.Single(Debts).Resource!.Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_GracefulWithACleanerThatHangs_WaitsForItsCeilingOnly()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.Ceiling = TimeSpan.FromSeconds(20);
        _cleaner.OnDiscover = (context, _) => context.Moment == CleanupMoment.AfterEnd ? _never.Task : Task.CompletedTask;

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), TimeSpan.FromMilliseconds(100));

        Assert.InRange(report.DurationMs, 20_000, 21_000);
        Assert.Equal(CleanupOutcomes.CeilingReached, LineOf(report).Outcome);
        Assert.Null(Assert.Single(Debts).Resource);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EmergencyThatJoinsTheCleaning_IsNotKeptWaiting()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.Ceiling = TimeSpan.FromHours(1);
        _cleaner.With("a");
        _cleaner.OnClean = (_, _) => _never.Task;
        Task<KillReport> graceful = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => _engine.Log.Count("free a") == 1);

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(100));

        Assert.InRange(report.DurationMs, 4000, 5000);
        Assert.Equal((await graceful).KillId, report.KillId);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_LookBeforeTheSignalThatHangs_DelaysItASecondAtMost()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.OnDiscover = (context, _) => context.Moment == CleanupMoment.BeforeEnd ? _never.Task : Task.CompletedTask;

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), TimeSpan.FromMilliseconds(50));

        Assert.InRange(report.DurationMs, 900, 1300);
        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ResourceHandling.Keep, CleanupOutcomes.Kept, 0)]
    [InlineData(ResourceHandling.Report, CleanupOutcomes.Reported, 0)]
    [InlineData(ResourceHandling.Watch, CleanupOutcomes.Failed, 1)]
    public async Task Kill_ResourceThatIsNotToBeFreed_IsToldAsWhatItIs(ResourceHandling handling, string outcome, int debts)
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With("a");
        _cleaner.Describe = name => new RunResource { Cleaner = "scripted", Name = name, Handling = handling, Note = "held by pid 7 (nginx)" };

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Equal((outcome, 0), (LineOf(report).Outcome, _cleaner.Cleanings));
        Assert.Equal(["a (held by pid 7 (nginx))"], LineOf(report).Remaining);
        Assert.Equal(debts, Debts.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ByAProcessWithoutTheCleaner_LeavesAllOfItAsADebt()
    {
        (RunRecord run, _) = await AddAsync("scripted", "elsewhere");

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Equal(CleanupOutcomes.NotAvailableHere, LineOf(report, "elsewhere").Outcome);
        CleanupDebt debt = Assert.Single(Debts);
        Assert.Equal(("elsewhere", null), (debt.Cleaner, debt.Resource));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_WithoutProof_TouchesNothing()
    {
        (RunRecord run, Held held) = await AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        held.Dying.SetResult(null);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(KillOutcome.EndedUnproven, report.Outcome);
        Assert.Empty(_cleaner.Looks);
        Assert.Equal(CleanupOutcomes.Withheld, LineOf(report).Outcome);
        Assert.Equal(["scripted", "other"], Debts.Select(debt => debt.Cleaner));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_Unconfirmed_CleansOnlyOnceTheEndIsProven()
    {
        (RunRecord run, Held held) = await AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        _cleaner.With("a");

        KillReport first = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(500));
        Assert.Equal((KillOutcome.KillUnconfirmed, 0), (first.Outcome, _cleaner.Looks.Count));
        held.Dying.SetResult(Sample.Proven);

        await Engine.UntilAsync(() => _engine.RowAsync(run.RunId).GetAwaiter().GetResult().State == RunState.Killed);
        Assert.Equal(["a"], LineOf((await _engine.Kills.FindReportAsync(first.KillId))!).Cleaned);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_UnconfirmedAndThenOverWhileTheStoreIsAway_HasItsEndAndItsDebtsOnRecordAfterwards()
    {
        (RunRecord run, Held held) = await AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        _cleaner.With("a");
        _cleaner.OnClean = static (_, _) => throw new IOException("held");
        bool isAway = true;
        int refusedEnds = 0;
        _engine.Store.OnCommit = (commit, _) =>
        {
            if (!Volatile.Read(ref isAway) || commit.UpdateKill is not { State: KillState.Unconfirmed or KillState.Completed } kill)
            {
                return Task.CompletedTask;
            }

            refusedEnds += kill.State == KillState.Completed ? 1 : 0;
            return ScriptedStore.Away();
        };

        KillReport first = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(500));
        Assert.Equal(KillOutcome.KillUnconfirmed, first.Outcome);
        held.Dying.SetResult(Sample.Proven);
        await _engine.PlayAsync(UntilAsync(() => Volatile.Read(ref refusedEnds) > 0), TimeSpan.FromMilliseconds(50));
        Volatile.Write(ref isAway, false);
        await _engine.PlayAsync(UntilAsync(() => _engine.RowAsync(run.RunId).GetAwaiter().GetResult().State == RunState.Killed), TimeSpan.FromMilliseconds(50));

        Assert.Equal("a", Assert.Single(Debts).Resource?.Name);
        Assert.Equal(KillState.Completed, (await _engine.Store.Inner.FindKillAsync(first.KillId))!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_Graceful_WaitsForAKillerThatIsStillCleaning()
    {
        (RunRecord run, Held held) = await AddAsync();
        held.Unlocked = new TaskCompletionSource();
        _cleaner.Ceiling = TimeSpan.FromMinutes(1);

        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request with { GracePeriod = TimeSpan.FromSeconds(1) });
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.LockAsync)) == 1);
        _engine.Time.Advance(TimeSpan.FromSeconds(30));
        held.Unlocked.SetResult();
        await _engine.PlayAsync(kill, TimeSpan.FromMilliseconds(50));

        _engine.Log.AssertOrder("lock", "clean", "unlock");
    }

    private static async Task<bool> UntilAsync(Func<bool> condition)
    {
        await Engine.UntilAsync(condition);
        return true;
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_CleanersThatBlock_BlockNoThreadThatAKillNeeds()
    {
        (RunRecord run, _) = await AddAsync();
        bool? isOfThePool = null;
        _cleaner.OnDiscover = (_, _) =>
        {
            isOfThePool = Thread.CurrentThread.IsThreadPoolThread;
            return Task.CompletedTask;
        };

        await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.False(isOfThePool);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_WithMoreThanAThousandResources_LeavesTheRestForLater()
    {
        (RunRecord run, _) = await AddAsync();
        _cleaner.With([.. Enumerable.Range(0, 1_500).Select(number => $"thing {number}")]);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Equal((1_000, 1_000), (LineOf(report).Found.Count, LineOf(report).Cleaned.Count));
        CleanupDebt debt = Assert.Single(Debts);
        Assert.Null(debt.Resource);
        Assert.Contains("500 more", debt.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_WhatTheLaunchNoted_IsFreedWithoutALook()
    {
        RunResource noted = new() { Cleaner = "scripted", Name = "made at launch" };
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { Cleaners = ["scripted"], Resources = [noted] });
        _cleaner.OnDiscover = static (_, _) => throw new IOException("no look is possible");

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(50));

        Assert.Equal(["made at launch"], LineOf(report).Cleaned);
        Assert.Equal(CleanupOutcomes.Failed, LineOf(report).Outcome);
    }
}
