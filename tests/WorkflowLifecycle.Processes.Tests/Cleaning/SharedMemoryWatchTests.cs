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
    private readonly string _mark = "wfl-test-" + Guid.NewGuid().ToString("N")[..8];
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());

    private string PathOfSegment => "/dev/shm/" + _mark;

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_SegmentSeenWhileTheRunWentOn_IsFreedAfterAnEndThatNobodyAskedFor()
    {
        using Child program = await Python.StartAsync(Segment, _mark);
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
        using Child program = await Python.StartAsync(Segment + Python.WhenTold("memory.unlink()"), _mark);
        RunResource seen = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Running([], program.Pid))));
        await Python.TellAsync(program);

        Assert.False(await _cleaner.ExistsAsync(seen, _run.Running([seen], program.Pid)));
        Assert.Empty(Marked(await _cleaner.DiscoverAsync(_run.Running([seen], program.Pid))));
        Assert.Empty(Marked(await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = [seen] })));
        await EndAsync(program);
        Assert.Empty(Marked(await _cleaner.DiscoverAsync(_run.After([seen]))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SegmentThatAStrangerOpenedLater_IsTheRunsAndHeIsNamed()
    {
        using Child program = await Python.StartAsync(Segment, _mark);
        IReadOnlyList<RunResource> first = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        using Child stranger = await Python.StartAsync(Join, _mark);

        IReadOnlyList<RunResource> second = await _cleaner.DiscoverAsync(_run.Running(first, program.Pid));
        await EndAsync(program);
        RunResource found = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.After(second))));

        Assert.Equal(ResourceHandling.Clean, Assert.Single(Marked(second)).Handling);
        Assert.Equal(ResourceHandling.Watch, found.Handling);
        Assert.Contains($"(pid {stranger.Pid}) has it", found.Note!, StringComparison.Ordinal);
        Assert.True(File.Exists(PathOfSegment));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SegmentThatAStrangerHadFirst_IsInDoubtAlsoWhenHeLetGo()
    {
        using Child stranger = await Python.StartAsync(Segment, _mark);
        using Child program = await Python.StartAsync(Join, _mark);
        IReadOnlyList<RunResource> first = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        await EndAsync(stranger);

        RunResource second = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = first })));

        Assert.Equal(ResourceHandling.Report, second.Handling);
        Assert.Contains($"(pid {stranger.Pid}) had it too", second.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_InAnEmergency_ProvesWhatWasNotSeenBefore()
    {
        IResourceCleaner unhurried = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), new SteppingTime(TimeSpan.Zero));
        using Child program = await Python.StartAsync(Segment, _mark);

        RunResource seen = Assert.Single(Marked(await unhurried.DiscoverAsync(_run.Emergency([], program.Pid))));

        Assert.True(seen.Handling == ResourceHandling.Clean, seen.Note);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_InAnEmergencyWithoutTimeForTheMachine_OnlyTells()
    {
        IResourceCleaner hurried = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), new SteppingTime(TimeSpan.FromMilliseconds(5)));
        using Child program = await Python.StartAsync(Segment, _mark);
        IReadOnlyList<RunResource> known = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));

        RunResource unknown = Assert.Single(Marked(await hurried.DiscoverAsync(_run.Emergency([], program.Pid))));
        RunResource seen = Assert.Single(Marked(await hurried.DiscoverAsync(_run.Emergency(known, program.Pid))));

        Assert.Equal(ResourceHandling.Report, unknown.Handling);
        Assert.Contains("there was no time", unknown.Note!, StringComparison.Ordinal);
        Assert.Equal(ResourceHandling.Clean, seen.Handling);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_ProcessWithAFileOnAServerThatIsAway_IsLookedAtWithoutAskingIt()
    {
        HungFileSystem server = await HungFileSystem.MountAsync();
        using Child program = await Python.StartAsync(Segment + "held = open(sys.argv[2])", _mark, Path.Combine(server.Directory, "file"));

        // Goes first: a process that has a file there does not leave before.
        using HungFileSystem first = server;
        server.Hang();

        IReadOnlyList<RunResource> seen = await Task.Run(() => _cleaner.DiscoverAsync(_run.Running([], program.Pid)).AsTask(), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal(ResourceHandling.Clean, Assert.Single(Marked(seen)).Handling);
    }

    public void Dispose() => Array.ForEach(Directory.GetFiles("/dev/shm", _mark + "*"), File.Delete);

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }

    // Other tests and programs have segments too.
    private IReadOnlyList<RunResource> Marked(IEnumerable<RunResource> resources) =>
        [.. resources.Where(resource => resource.Name.Contains(_mark, StringComparison.Ordinal))];
}
