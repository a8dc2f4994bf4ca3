using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>The ends of runs that were looked at while they went on: what was seen is freed, or owed.</summary>
public sealed class WatchedEndTests : IAsyncDisposable
{
    private static readonly RunId _id = RunId.Parse("run_1");
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(250);

    private readonly ScriptedWatcher _watcher = new();
    private readonly Engine _engine;
    private readonly Launches _launches;

    public WatchedEndTests()
    {
        _engine = new Engine(services => services.AddSingleton<IResourceCleaner>(_watcher));
        _launches = new Launches(_engine);
    }

    public ValueTask DisposeAsync()
    {
        _launches.EndAll();
        return _engine.DisposeAsync();
    }

    private string Kept => string.Join(", ", _engine.RowAsync(_id).GetAwaiter().GetResult().Resources.Select(resource => resource.Name));

    private int Looks => _watcher.LooksWhileRunning(_id);

    private async Task LookAsync()
    {
        await SettleAsync();
        _engine.Time.Advance(_first);
        await Engine.UntilAsync(() => Looks == 1);
        await SettleAsync();
    }

    // In real time: what is under way on other threads comes to where it waits for the clock.
    private async Task SettleAsync()
    {
        await Task.Delay(30, TestContext.Current.CancellationToken);
        await Engine.UntilAsync(() => _engine.Get<ResourceWatch>().IsIdle);
    }

    [Fact(Timeout = 30_000)]
    public async Task Exit_OfARunThatWasWatched_FreesWhatWasSeen()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With("a");
        await LookAsync();
        _watcher.Unseen.Add("a");
        _launches.End();

        await process.WaitForExitAsync();

        CleanupResult line = Assert.Single((await _engine.Registry.FindReceiptAsync(_id))!.Cleanup, line => line.Cleaner == "watcher");
        Assert.Equal(["a"], line.Cleaned);
        Assert.Equal(1, _watcher.Cleanings);
        _engine.Time.Advance(TimeSpan.FromSeconds(60));
        await SettleAsync();
        Assert.Equal(1, Looks);
    }

    [Fact(Timeout = 30_000)]
    public async Task Exit_OfARunThatFreedWhatWasSeen_TellsNothingOfIt()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With("a", "b");
        await LookAsync();
        _watcher.Without("a");
        _watcher.Unseen.Add("b");
        _launches.End();

        await process.WaitForExitAsync();

        CleanupResult line = Assert.Single((await _engine.Registry.FindReceiptAsync(_id))!.Cleanup, line => line.Cleaner == "watcher");
        Assert.Equal(["b"], line.Found);
        Assert.Equal(["b"], line.Cleaned);
        Assert.Equal(1, _watcher.Cleanings);
    }

    [Fact(Timeout = 30_000)]
    public async Task Exit_WhileWhatWasSeenIsWritten_FreesThatToo()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With("a");
        TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource begun = new();
        _engine.Store.OnCommit = (commit, _) =>
        {
            if (commit.UpdateRun is { State.IsFinal: false, Resources.Count: > 0 })
            {
                begun.TrySetResult();
                return slow.Task;
            }

            return Task.CompletedTask;
        };
        await SettleAsync();
        _engine.Time.Advance(_first);
        await begun.Task;
        _watcher.Unseen.Add("a");
        _launches.End();
        await Task.Delay(60, TestContext.Current.CancellationToken);
        slow.SetResult();

        await process.WaitForExitAsync();

        Assert.Equal(1, _watcher.Cleanings);
    }

    [Fact(Timeout = 30_000)]
    public async Task Exit_WhoseCleaningIsOvertakenByAWriteOfWhatWasSeen_OwesThat()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With("a", "told");
        _watcher.Describe = static name => new RunResource { Cleaner = "watcher", Name = name, Handling = name == "told" ? ResourceHandling.Report : ResourceHandling.Clean };
        TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.Store.OnCommit = (commit, _) => commit.UpdateRun is { State.IsFinal: false, Resources.Count: > 0 } && begun.TrySetResult() ? slow.Task : Task.CompletedTask;
        await SettleAsync();
        _engine.Time.Advance(_first);
        await begun.Task;

        // Nobody is left to be asked for it, and the write comes when the cleaners have been told what is known.
        _watcher.OnDiscover = async (context, _) =>
        {
            if (context.Moment == CleanupMoment.AfterEnd)
            {
                _watcher.Unseen.UnionWith(["a", "told"]);
                slow.SetResult();
                await Engine.UntilAsync(() => Kept == "a, told");
            }
        };
        _launches.End();
        await _engine.PlayAsync(process.WaitForExitAsync(), TimeSpan.FromMilliseconds(100));

        Assert.Equal(0, _watcher.Cleanings);
        CleanupDebt debt = Assert.Single(_engine.Store.Commits.SelectMany(commit => commit.AddDebts));
        Assert.Equal(("watcher", "a"), (debt.Cleaner, debt.Resource?.Name));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ByAnotherProcess_KnowsWhatWasSeen()
    {
        await using ITrackedProcess process = await _launches.LaunchAsync(cleaners: "watcher");
        _watcher.With("a");
        await LookAsync();
        ScriptedWatcher theirs = new();
        theirs.With("a");
        theirs.Unseen.Add("a");
        RunRecord row = await _engine.RowAsync(_id);
        await using Engine second = new(services => services.AddSingleton<IResourceCleaner>(theirs));
        await second.AddAsync(change: _ => row with { Version = 0 });

        KillReport report = await second.Kills.KillAsync(_id, Engine.Emergency);

        Assert.Equal(["a"], Assert.Single(report.Cleanup, line => line.Cleaner == "watcher").Cleaned);
    }
}
