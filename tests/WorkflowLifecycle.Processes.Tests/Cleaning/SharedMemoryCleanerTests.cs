using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Real segments of real programs below /dev/shm.</summary>
public sealed class SharedMemoryCleanerTests : IDisposable
{
    private const string Segment = """
        import sys
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = lambda *a: None
        memory = shared_memory.SharedMemory(name=sys.argv[1], create=True, size=4096)
        """;

    private const string Join = """
        import sys
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = lambda *a: None
        memory = shared_memory.SharedMemory(name=sys.argv[1])
        """;

    private const string Semaphore = """
        import sys, ctypes
        ctypes.CDLL(None, use_errno=True).sem_open(('/' + sys.argv[1]).encode(), 0o100, 0o600, 1)
        """;

    private readonly IResourceCleaner _cleaner = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), TimeProvider.System);
    private readonly string _mark = "wfl-test-" + Guid.NewGuid().ToString("N")[..8];

    private string Name(string name) => $"{_mark}-{name}";

    private static string PathOf(string name) => "/dev/shm/" + name;

    [Theory(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    [InlineData(Segment, "psm", "psm")]
    [InlineData(Semaphore, "lock", "sem.lock")]
    public async Task Discover_WhatOnlyTheRunHas_IsCleanedAfterItsEnd(string script, string kind, string file)
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        string path = PathOf(file.Replace(kind, Name(kind), StringComparison.Ordinal));
        using Child program = await Python.StartAsync(script, Name(kind));

        IReadOnlyList<RunResource> before = await _cleaner.DiscoverAsync(run.Before(program.Pid));
        await EndAsync(program);

        RunResource found = Assert.Single(await DiscoverAfterAsync(run, before));
        Assert.Equal((path, ResourceHandling.Clean), (found.Name, found.Handling));
        Assert.True(await _cleaner.ExistsAsync(found, run.After(before)));
        await _cleaner.CleanAsync(found, run.After(before));
        Assert.False(await _cleaner.ExistsAsync(found, run.After(before)));
        Assert.False(File.Exists(path));
        await _cleaner.CleanAsync(found, run.After(before));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_WhatAStrangerMade_IsNotTheRuns()
    {
        using Child earlier = await Python.StartAsync(Segment, Name("earlier"));
        await EndAsync(earlier);
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child stranger = await Python.StartAsync(Segment, Name("strangers"));
        using Child program = await Python.StartAsync(Join, Name("earlier"));
        using Child guest = await Python.StartAsync(Join, Name("strangers"));

        IReadOnlyList<RunResource> before = Marked(await _cleaner.DiscoverAsync(run.Before(program.Pid, guest.Pid)));

        Assert.Equal([ResourceHandling.Report, ResourceHandling.Report], before.Select(resource => resource.Handling));
        Assert.Contains("not made while the run was", before.Single(resource => resource.Name.EndsWith("earlier", StringComparison.Ordinal)).Note!, StringComparison.Ordinal);
        Assert.Contains($"pid {stranger.Pid}) had it too", before.Single(resource => resource.Name.EndsWith("strangers", StringComparison.Ordinal)).Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Clean_WhatAStrangerHasOpenedSince_IsLeftAndHeIsNamed()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child program = await Python.StartAsync(Segment, Name("shared"));
        IReadOnlyList<RunResource> before = Marked(await _cleaner.DiscoverAsync(run.Before(program.Pid)));
        using Child stranger = await Python.StartAsync(Join, Name("shared"));
        await EndAsync(program);

        RunResource found = Assert.Single(await DiscoverAfterAsync(run, before));
        IOException refused = await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(before[0], run.After(before)).AsTask());

        Assert.Equal(ResourceHandling.Watch, found.Handling);
        Assert.Contains($"(pid {stranger.Pid})", found.Note!, StringComparison.Ordinal);
        Assert.Contains($"(pid {stranger.Pid}) has it", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(PathOf(Name("shared"))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Clean_NameThatAStrangerTookMeanwhile_LeavesHisSegment()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child program = await Python.StartAsync(Segment, Name("name"));
        RunResource known = Assert.Single(Marked(await _cleaner.DiscoverAsync(run.Before(program.Pid))));
        await EndAsync(program);
        File.Delete(PathOf(Name("name")));
        using Child stranger = await Python.StartAsync(Segment, Name("name"));
        await EndAsync(stranger);

        Assert.False(await _cleaner.ExistsAsync(known, run.After([known])));
        await _cleaner.CleanAsync(known, run.After([known]));

        Assert.True(File.Exists(PathOf(Name("name"))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_WithoutALookBefore_OnlyTells()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child program = await Python.StartAsync(Segment, Name("emergency"));
        await EndAsync(program);

        RunResource found = Assert.Single(await DiscoverAfterAsync(run, []));

        Assert.Equal(ResourceHandling.Report, found.Handling);
        Assert.Contains("nothing shows whose it is", found.Note!, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (string left in Directory.GetFiles("/dev/shm", $"*{_mark}*"))
        {
            File.Delete(left);
        }
    }

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }

    private async Task<IReadOnlyList<RunResource>> DiscoverAfterAsync(RunContexts run, IReadOnlyList<RunResource> known) =>
        Marked(await _cleaner.DiscoverAsync(run.After(known)));

    // Other tests and programs have segments too.
    private IReadOnlyList<RunResource> Marked(IEnumerable<RunResource> resources) =>
        [.. resources.Where(resource => resource.Name.Contains(_mark, StringComparison.Ordinal))];
}
