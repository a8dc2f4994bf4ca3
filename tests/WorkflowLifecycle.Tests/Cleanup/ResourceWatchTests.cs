using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>The looks at runs that go on: when, at whose cost, and what becomes of what they find.</summary>
public sealed class ResourceWatchTests : IAsyncDisposable
{
    private static readonly RunId _id = RunId.Parse("run_1");
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(250);

    private readonly ScriptedWatcher _watcher = new();
    private readonly ScriptedWatcher _other = new("other");
    private readonly ScriptedProvider _provider = new("provider");
    private readonly Logs _logs = new();
    private readonly TaskCompletionSource _never = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Engine _engine;
    private readonly Launches _launches;

    public ResourceWatchTests()
    {
        _engine = new Engine(services => services.AddSingleton<ILoggerFactory>(_logs)
            .AddSingleton<IResourceCleaner>(_watcher).AddSingleton<IResourceCleaner>(_other).AddSingleton<IResourceCleaner>(_provider));
        _launches = new Launches(_engine);
    }

    public ValueTask DisposeAsync()
    {
        _never.TrySetResult();
        _launches.EndAll();
        return _engine.DisposeAsync();
    }

    private string Kept => string.Join(", ", _engine.RowAsync(_id).GetAwaiter().GetResult().Resources.Where(resource => resource.Cleaner == "watcher").Select(resource => resource.Name));

    private int Writes => _engine.Store.Commits.Count(commit => commit.UpdateRun?.Resources.Any(resource => resource.Cleaner == "watcher") == true);

    private static int LooksOf(ScriptedCleaner cleaner, string id = "run_1") => cleaner.LooksWhileRunning(RunId.Parse(id));

    private async Task AdvanceToLookAsync(TimeSpan by, int looks, ScriptedCleaner? cleaner = null, string id = "run_1")
    {
        await SettleAsync();
        _engine.Time.Advance(by - TimeSpan.FromMilliseconds(1));
        await SettleAsync();
        Assert.Equal(looks - 1, LooksOf(cleaner ?? _watcher, id));
        _engine.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Engine.UntilAsync(() => LooksOf(cleaner ?? _watcher, id) == looks);
        await SettleAsync();
    }

    // In real time: what is under way on other threads comes to where it waits for the clock. A clock that went on during a look made it an expensive one.
    private async Task SettleAsync()
    {
        await Task.Delay(30, TestContext.Current.CancellationToken);
        await Engine.UntilAsync(() => _engine.Get<ResourceWatch>().IsIdle);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_LooksSoon_AndThenAtItsInterval()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync();

        await AdvanceToLookAsync(_first, 1);
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 2);
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(1500), 3);
        await AdvanceToLookAsync(TimeSpan.FromSeconds(5), 4);
        await AdvanceToLookAsync(TimeSpan.FromSeconds(5), 5);

        CleanupContext context = _watcher.Looks[0];
        Assert.Equal((CleanupMoment.WhileRunning, _id, 2), (context.Moment, context.Run.RunId, context.Processes.Count));
        Assert.Equal(5, LooksOf(_other));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_OfAShorterInterval_HasItFromTheStart()
    {
        _watcher.LookInterval = TimeSpan.FromMilliseconds(300);
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");

        await AdvanceToLookAsync(_first, 1);
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(300), 2);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_OfRunsThatNameNoWatcher_DoesNothingAtAll()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "provider");
        int reads = 0;
        _engine.Store.OnRead = () =>
        {
            reads++;
            return Task.CompletedTask;
        };

        for (int i = 0; i < 10; i++)
        {
            _engine.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal((0, 0, 0), (reads, LooksOf(_watcher), LooksOf(_provider)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_WhatIsFound_IsInTheRowAndWrittenOnce()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync();
        _watcher.With("a");
        await AdvanceToLookAsync(_first, 1);
        Assert.Equal(("a", 1), (Kept, Writes));

        // Who holds it is another by now, and nothing else: that is not worth a write.
        _watcher.Describe = static name => new RunResource { Cleaner = "somebody", Name = name, Note = "held by pid 7" };
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 2);
        Assert.Equal(1, Writes);
        Assert.Equal(["a"], _watcher.Looks[^1].Known.Select(resource => resource.Name));

        _watcher.Describe = static name => new RunResource { Cleaner = "somebody", Name = name, Details = new Dictionary<string, string> { ["inode"] = "8" } };
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(1500), 3);
        Assert.Equal(2, Writes);
        RunRecord row = await _engine.RowAsync(_id);
        Assert.Equal("8", Assert.Single(row.Resources, resource => resource.Cleaner == "watcher").Details["inode"]);
        Assert.Equal("provider of run_1", Assert.Single(row.Resources, resource => resource.Cleaner == "provider").Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_WhatIsNotSeenAnyMore_StaysUntilItIsSeenToBeGone()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With("gone", "not held", "told");
        _watcher.Describe = static name => new RunResource { Cleaner = "watcher", Name = name, Handling = name == "told" ? ResourceHandling.Report : ResourceHandling.Clean };
        await AdvanceToLookAsync(_first, 1);
        Assert.Equal("gone, not held, told", Kept);

        _watcher.Without("gone");
        _watcher.Unseen.Add("not held");
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 2);
        Assert.Equal("gone, not held, told", Kept);

        _watcher.Unseen.Add("told");
        _watcher.With("new");
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(1500), 3);
        Assert.Equal("not held, new", Kept);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_ThatThrows_IsToldOnceAndAskedAgain()
    {
        _watcher.OnDiscover = static (context, _) => context.Moment == CleanupMoment.WhileRunning ? throw new IOException("no look with password=Zq7canary") : Task.CompletedTask;
        await using ITrackedProcess process = await _launches.LaunchAsync();

        await AdvanceToLookAsync(_first, 1);
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 2);

        string told = Assert.Single(_logs.Entries.Select(entry => entry.Text), message => message.Contains("could not look at run", StringComparison.Ordinal));
        Assert.DoesNotContain("Zq7", told, StringComparison.Ordinal);
        Assert.Equal(2, LooksOf(_other));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_WhoseLoggerThrows_GoesOn()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        int told = 0;
        _logs.OnLog = id =>
        {
            told += id == 504 ? 1 : 0;
            throw new IOException("no space left for the log");
        };
        _engine.Store.OnRead = static () => throw new IOException("no store");
        await SettleAsync();
        _engine.Time.Advance(_first);
        await Engine.UntilAsync(() => told == 1);
        _engine.Store.OnRead = static () => Task.CompletedTask;

        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 1);
        _logs.OnLog = static _ => { };
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_ThatHangs_CostsNobodyElseAndIsNotAskedTwiceAtOnce(bool blocksItsThread)
    {
        _watcher.OnDiscover = (context, _) =>
        {
            if (context.Moment != CleanupMoment.WhileRunning || context.Run.RunId != _id)
            {
                return Task.CompletedTask;
            }

            if (blocksItsThread)
            {
                _never.Task.Wait(CancellationToken.None);
            }

            return _never.Task;
        };
        ITrackedProcess process = await _launches.LaunchAsync();
        await using ITrackedProcess second = await _launches.LaunchAsync("run_2");

        _engine.Time.Advance(_first);
        await Engine.UntilAsync(() => LooksOf(_watcher) == 1 && LooksOf(_other) == 1 && LooksOf(_other, "run_2") == 1);
        await Task.Delay(60, TestContext.Current.CancellationToken);
        Assert.Equal(0, LooksOf(_watcher, "run_2"));

        // Its time is up.
        _engine.Time.Advance(TimeSpan.FromSeconds(2));
        await Engine.UntilAsync(() => LooksOf(_watcher, "run_2") == 1 && LooksOf(_other) == 2 && LooksOf(_other, "run_2") == 2);
        await SettleAsync();
        _engine.Time.Advance(TimeSpan.FromMilliseconds(1500));
        await Engine.UntilAsync(() => LooksOf(_watcher, "run_2") == 2 && LooksOf(_other) == 3 && LooksOf(_other, "run_2") == 3);
        await SettleAsync();
        _engine.Time.Advance(TimeSpan.FromSeconds(5));
        await Engine.UntilAsync(() => LooksOf(_watcher, "run_2") == 3 && LooksOf(_other) == 4);

        Assert.Equal(1, LooksOf(_watcher));
        Assert.Single(_logs.Entries.Select(entry => entry.Text), message => message.Contains("could not look at run", StringComparison.Ordinal));

        _launches.End();
        RunResult result = await process.WaitForExitAsync();
        Assert.Equal(RunState.Exited, result.State);
        await process.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_TakesAHundredthOfTheTime_OverAllRuns()
    {
        _watcher.OnDiscover = (context, _) =>
        {
            if (context.Moment == CleanupMoment.WhileRunning)
            {
                _engine.Time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return Task.CompletedTask;
        };
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        await AdvanceToLookAsync(_first, 1);
        await using ITrackedProcess second = await _launches.LaunchAsync("run_2", "watcher");

        // 10 s from the end of the first look, whatever is due; and then 20 s for each, since there are two.
        await AdvanceToLookAsync(TimeSpan.FromSeconds(10), 1, id: "run_2");
        await AdvanceToLookAsync(TimeSpan.FromSeconds(10), 2);
        await AdvanceToLookAsync(TimeSpan.FromSeconds(10), 2, id: "run_2");
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_OfAMachineThatStoodStillDuringALook_LooksAgainInTheHour()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        int reads = 0;
        await SettleAsync();
        _watcher.OnDiscover = (_, _) =>
        {
            // Longer than any timer takes, times the pause. On the way to the look nothing else waits for the clock.
            if (reads++ == 0)
            {
                _engine.Time.Advance(TimeSpan.FromDays(2));
            }

            return Task.CompletedTask;
        };
        _engine.Time.Advance(_first);
        await Engine.UntilAsync(() => LooksOf(_watcher) == 1);
        await SettleAsync();

        _engine.Time.Advance(TimeSpan.FromHours(1));

        await Engine.UntilAsync(() => LooksOf(_watcher) == 2);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_OfAnExpensiveRun_LeavesTimeToTheOthers()
    {
        _watcher.OnDiscover = (context, _) =>
        {
            if (context.Moment == CleanupMoment.WhileRunning && context.Run.RunId == _id)
            {
                _engine.Time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return Task.CompletedTask;
        };
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        await SettleAsync();
        await using ITrackedProcess second = await _launches.LaunchAsync("run_2", "watcher");
        await AdvanceToLookAsync(_first, 1);

        // Half of the hundredth is the other's.
        _engine.Time.Advance(TimeSpan.FromSeconds(10));
        await Engine.UntilAsync(() => LooksOf(_watcher, "run_2") == 1);
        await SettleAsync();
        _engine.Time.Advance(TimeSpan.FromSeconds(9));
        await Engine.UntilAsync(() => LooksOf(_watcher, "run_2") == 2);
        await SettleAsync();
        Assert.Equal(1, LooksOf(_watcher));
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        await Engine.UntilAsync(() => LooksOf(_watcher) == 2);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_OfARunThatIsBeingEnded_LeavesItsRowAlone()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With("a");
        await AdvanceToLookAsync(_first, 1);
        RunRecord row = await _engine.RowAsync(_id);
        await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = row with { State = RunState.Stopping } }, CommitDurability.Machine);

        _watcher.With("b");
        _engine.Time.Advance(TimeSpan.FromSeconds(30));
        await SettleAsync();

        Assert.Equal((1, "a"), (LooksOf(_watcher), Kept));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_WhoseRunIsStoppedDuringTheLook_DoesNotWrite()
    {
        _watcher.With("a");
        _watcher.OnDiscover = async (context, told) =>
        {
            if (context.Moment == CleanupMoment.WhileRunning)
            {
                await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = context.Run with { State = RunState.Stopping } }, CommitDurability.Machine, told);
            }
        };
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        await AdvanceToLookAsync(_first, 1);

        Assert.Equal((0, ""), (Writes, Kept));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_OfMoreThanItKeeps_KeepsTheFirstTwoHundredAndIsQuiet()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With([.. Enumerable.Range(0, 300).Select(number => $"thing {number}")]);

        await AdvanceToLookAsync(_first, 1);
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 2);

        Assert.Equal((200, 1), (Kept.Split(", ").Length, Writes));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_OfMoreThanItKeeps_KeepsWhatIsOnlyToldBesideThat()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With([.. Enumerable.Range(0, 300).Select(number => $"thing {number}"), "told"]);
        _watcher.Describe = static name => new RunResource { Cleaner = "watcher", Name = name, Handling = name == "told" ? ResourceHandling.Report : ResourceHandling.Clean };

        await AdvanceToLookAsync(_first, 1);
        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 2);

        Assert.Equal((201, 1), (Kept.Split(", ").Length, Writes));
        Assert.EndsWith(", told", Kept, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_WhatIsOnlyToldAndNotInTheRow_IsKnownToTheNextLooksAndToTheEnd(bool isForWantOfAStore)
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With([.. Enumerable.Range(0, isForWantOfAStore ? 1 : 250).Select(number => $"told {number:000}")]);
        _watcher.Describe = static name => new RunResource { Cleaner = "watcher", Name = name, Handling = ResourceHandling.Report };
        _engine.Store.OnCommit = (_, _) => isForWantOfAStore ? ScriptedStore.Away() : Task.CompletedTask;
        int all = isForWantOfAStore ? 1 : 250;
        await AdvanceToLookAsync(_first, 1);
        Assert.Equal(isForWantOfAStore ? 0 : 200, (await _engine.RowAsync(_id)).Resources.Count);

        await AdvanceToLookAsync(TimeSpan.FromMilliseconds(750), 2);
        Assert.Equal(all, _watcher.Looks[^1].Known.Count);
        _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        _launches.End();
        await process.WaitForExitAsync();

        Assert.Equal((CleanupMoment.AfterEnd, all), (_watcher.Looks[^1].Moment, _watcher.Looks[^1].Known.Count));
        Assert.Equal(0, _watcher.Cleanings);
    }
}
