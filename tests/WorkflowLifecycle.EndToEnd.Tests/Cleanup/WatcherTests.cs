using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>What only its processes show to be a run's, freed also where nobody could ask them at the end.</summary>
public sealed class WatcherTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("watched:1");

    private Engine StartWatching(HeldFileWatcher? watcher = null) => Start(services: services => services.AddSingleton<IResourceCleaner>(watcher ?? new HeldFileWatcher(Room.Path)));

    private string[] Left => Directory.GetFiles(Room.Path, "*.held");

    private static CleanupResult LineOf(IReadOnlyList<CleanupResult> receipt) => Assert.Single(receipt, line => line.Cleaner == "held-files");

    [Fact(Timeout = Limit)]
    public async Task Exit_OfARunThatWasWatched_FreesWhatItHad()
    {
        Engine engine = StartWatching();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("echo > $$.held; sleep 0.8") with { RunId = _id });

        Assert.Equal(RunState.Exited, result.State);
        Assert.Empty(Left);
        Assert.Single(LineOf((await engine.Registry.FindReceiptAsync(_id))!.Cleanup).Cleaned);
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_BeforeAnybodyLooked_FreesWhatTheRunHad()
    {
        Engine engine = StartWatching(new HeldFileWatcher(Room.Path) { SeesWhileRunning = false });
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell("echo > $$.held; echo ready; sleep 60") with { RunId = _id });

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Empty(Left);
        Assert.Single(LineOf(report.Cleanup).Cleaned);
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_ByAnotherProcess_FreesWhatWasSeenAndIsHeldNoMore()
    {
        Engine first = StartWatching();
        await using ITrackedProcess process = await first.LaunchReadyAsync(first.Shell("(echo > $(sh -c 'echo $PPID').held; sleep 1) & wait; echo ready; sleep 60") with { RunId = _id });
        Assert.Single((await first.RowAsync(_id)).Resources);
        Engine second = StartWatching();

        KillReport report = await second.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Empty(Left);
        Assert.Single(LineOf(report.Cleanup).Cleaned);
    }
}
