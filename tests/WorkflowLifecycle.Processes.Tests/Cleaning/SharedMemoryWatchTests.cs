using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Segments that are looked at while their run goes on, and in the first instants of an emergency.</summary>
public sealed class SharedMemoryWatchTests : IDisposable
{
    private const string Open = """
        import sys
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = resource_tracker.unregister = lambda *a: None

        """;

    private const string Segment = Open + "memory = shared_memory.SharedMemory(name=sys.argv[1], create=True, size=4096)\n";
    private const string Join = Open + "memory = shared_memory.SharedMemory(name=sys.argv[1])\n";

    private readonly IResourceCleaner _cleaner = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), TimeProvider.System);
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());

    private string Name => "wfl-" + _run.Row.InternalId;

    private string PathOfSegment => "/dev/shm/" + Name;

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_SegmentSeenWhileTheRunWentOn_IsFreedAfterAnEndThatNobodyAskedFor()
    {
        using Child program = await Python.StartAsync(Segment, Name);
        IReadOnlyList<RunResource> seen = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        await EndAsync(program);

        RunResource found = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.After(seen))));
        await _cleaner.CleanAsync(found, _run.After(seen));

        Assert.Equal((PathOfSegment, ResourceHandling.Clean), (found.Name, found.Handling));
        Assert.False(File.Exists(PathOfSegment));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SegmentThatTheRunItselfFreed_IsNotTold()
    {
        using Child program = await Python.StartAsync(Segment + Python.WhenTold("memory.unlink()"), Name);
        RunResource seen = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Running([], program.Pid))));
        await Python.TellAsync(program);

        Assert.False(await _cleaner.ExistsAsync(seen, _run.Running([seen], program.Pid)));
        Assert.Empty(Marked(await _cleaner.DiscoverAsync(_run.Running([seen], program.Pid))));
        Assert.Empty(Marked(await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = [seen] })));
        await EndAsync(program);
        Assert.Empty(Marked(await _cleaner.DiscoverAsync(_run.After([seen]))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SegmentThatAStrangerOpenedLater_IsTheRunsAndStaysAsLongAsHeHasIt()
    {
        using Child program = await Python.StartAsync(Segment, Name);
        IReadOnlyList<RunResource> first = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        using Child stranger = await Python.StartAsync(Join, Name);

        IReadOnlyList<RunResource> second = await _cleaner.DiscoverAsync(_run.Running(first, program.Pid));
        await EndAsync(program);
        RunResource found = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.After(second))));

        IOException refused = await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(found, _run.After(second)).AsTask());

        Assert.Equal((ResourceHandling.Clean, ResourceHandling.Clean), (Assert.Single(Marked(second)).Handling, found.Handling));
        Assert.Contains($"(pid {stranger.Pid}) has it", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(PathOfSegment));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_InAnEmergencyWithoutTime_LosesNothing()
    {
        IResourceCleaner hurried = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), new SteppingTime(TimeSpan.FromMilliseconds(15)));
        using Child program = await Python.StartAsync(Segment, Name);

        IReadOnlyList<RunResource> seen = Marked(await hurried.DiscoverAsync(_run.Emergency([], program.Pid)));
        await EndAsync(program);

        Assert.Empty(seen);
        Assert.Equal(ResourceHandling.Clean, Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.After(seen)))).Handling);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_ProcessWithAFileOnAServerThatIsAway_IsLookedAtWithoutAskingIt()
    {
        HungFileSystem server = await HungFileSystem.MountAsync();
        using Child program = await Python.StartAsync(Segment + "held = open(sys.argv[2])", Name, Path.Combine(server.Directory, "file"));

        // Goes first: a process that has a file there does not leave before.
        using HungFileSystem first = server;
        server.Hang();

        IReadOnlyList<RunResource> seen = await Task.Run(() => _cleaner.DiscoverAsync(_run.Running([], program.Pid)).AsTask(), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal(ResourceHandling.Clean, Assert.Single(Marked(seen)).Handling);
    }

    public void Dispose() => Array.ForEach(Directory.GetFiles("/dev/shm", Name + "*"), File.Delete);

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }

    // Other tests and programs have segments too.
    private IReadOnlyList<RunResource> Marked(IEnumerable<RunResource> resources) =>
        [.. resources.Where(resource => resource.Name.Contains(Name, StringComparison.Ordinal))];
}
