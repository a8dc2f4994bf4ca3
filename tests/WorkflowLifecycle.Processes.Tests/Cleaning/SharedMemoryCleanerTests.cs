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
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());

    private string OfTheRun => "wfl-" + _run.Row.InternalId;

    private string Name(string name) => $"{_mark}-{name}";

    private static string PathOf(string name) => "/dev/shm/" + name;

    [Theory(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    [InlineData(Segment, "", true)]
    [InlineData(Segment, "", false)]
    [InlineData(Semaphore, "sem.", true)]
    [InlineData(Semaphore, "sem.", false)]
    public async Task Discover_WhatHasTheRunsName_IsCleanedAfterItsEndWithOrWithoutALookBefore(string script, string prefix, bool isSeen)
    {
        string name = OfTheRun + "-made";
        string path = PathOf(prefix + name);
        using Child program = await Python.StartAsync(script, name);

        IReadOnlyList<RunResource> before = isSeen ? await _cleaner.DiscoverAsync(_run.Before(program.Pid)) : [];
        await EndAsync(program);

        RunResource found = Assert.Single(await DiscoverAfterAsync(before));
        Assert.Equal((path, ResourceHandling.Clean), (found.Name, found.Handling));
        Assert.True(await _cleaner.ExistsAsync(found, _run.After(before)));
        await _cleaner.CleanAsync(found, _run.After(before));
        Assert.False(await _cleaner.ExistsAsync(found, _run.After(before)));
        Assert.False(File.Exists(path));
        await _cleaner.CleanAsync(found, _run.After(before));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_WhatAStrangerMadeInTheRunsTimeAndHandedToIt_IsLeftAndTold()
    {
        using Child stranger = await Python.StartAsync(Segment, Name("handed"));
        await EndAsync(stranger);
        using Child program = await Python.StartAsync(Join, Name("handed"));

        IReadOnlyList<RunResource> seen = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        IReadOnlyList<RunResource> before = await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = seen });
        await EndAsync(program);
        RunResource told = Assert.Single(await DiscoverAfterAsync(before));
        await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(told with { Handling = ResourceHandling.Clean }, _run.After(before)).AsTask());

        Assert.Equal((PathOf(Name("handed")), ResourceHandling.Report), (told.Name, told.Handling));
        Assert.Contains($"(pid {program.Pid}) had it; not provably the run's: its name does not begin with the run's (WORKFLOW_LIFECYCLE_SHARED_MEMORY)", told.Note!, StringComparison.Ordinal);
        Assert.True(File.Exists(PathOf(Name("handed"))));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("wfl-00000000000000000000000000000000-another")]
    [InlineData("wfl-")]
    [InlineData("{own}")]
    [InlineData("x{own}-in-the-middle")]
    public async Task Discover_NamesLikeTheRuns_AreNotItsOwn(string form)
    {
        string name = form.Replace("{own}", _run.Row.InternalId, StringComparison.Ordinal);
        using Child program = await Python.StartAsync(Segment, name);

        IReadOnlyList<RunResource> before = await _cleaner.DiscoverAsync(_run.Before(program.Pid));
        await EndAsync(program);
        IReadOnlyList<RunResource> after = await _cleaner.DiscoverAsync(_run.After(before));
        File.Delete(PathOf(name));

        Assert.Equal(ResourceHandling.Report, Assert.Single(before, resource => resource.Name == PathOf(name)).Handling);
        Assert.Equal(ResourceHandling.Report, Assert.Single(after, resource => resource.Name == PathOf(name)).Handling);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_TheRunsNameOnASegmentOfAnotherUser_IsHis()
    {
        RunContexts others = new(TimeProvider.System.GetUtcNow()) { Row = _run.Row with { HostUser = "os:4711" } };
        using Child program = await Python.StartAsync(Segment, OfTheRun);
        await EndAsync(program);

        RunResource found = Assert.Single(Marked(await _cleaner.DiscoverAsync(others.After([]))));

        Assert.Equal(ResourceHandling.Report, found.Handling);
        Assert.Contains("it belongs to another user", found.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Clean_WhatAStrangerHasOpenedSince_IsLeftUntilHeLetsGoAndHeIsNamed()
    {
        using Child program = await Python.StartAsync(Segment, OfTheRun);
        IReadOnlyList<RunResource> before = Marked(await _cleaner.DiscoverAsync(_run.Before(program.Pid)));
        using Child stranger = await Python.StartAsync(Join, OfTheRun);
        await EndAsync(program);

        RunResource found = Assert.Single(await DiscoverAfterAsync(before));
        RunResource unseen = Assert.Single(await DiscoverAfterAsync([]));
        IOException refused = await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(before[0], _run.After(before)).AsTask());

        Assert.Equal((ResourceHandling.Clean, ResourceHandling.Clean), (found.Handling, unseen.Handling));
        Assert.Contains($"(pid {stranger.Pid}) has it", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(PathOf(OfTheRun)));
        await EndAsync(stranger);

        // Who has it is not asked again within 50 ms.
        await Task.Delay(100, TestContext.Current.CancellationToken);
        await _cleaner.CleanAsync(before[0], _run.After(before));
        Assert.False(File.Exists(PathOf(OfTheRun)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Clean_NameThatAnotherSegmentTookMeanwhile_LeavesThatOne()
    {
        using Child program = await Python.StartAsync(Segment, OfTheRun);
        RunResource known = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Before(program.Pid))));
        await EndAsync(program);
        File.Delete(PathOf(OfTheRun));
        using Child stranger = await Python.StartAsync(Segment, OfTheRun);
        await EndAsync(stranger);

        Assert.False(await _cleaner.ExistsAsync(known, _run.After([known])));
        await _cleaner.CleanAsync(known, _run.After([known]));

        Assert.True(File.Exists(PathOf(OfTheRun)));
    }

    [Theory(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Discover_SegmentThatTheRunMadeAnewAfterTheLastLook_IsCleaned(bool isBeforeEnd)
    {
        using Child first = await Python.StartAsync(Segment, OfTheRun);
        IReadOnlyList<RunResource> seen = Marked(await _cleaner.DiscoverAsync(isBeforeEnd ? _run.Before(first.Pid) : _run.Running([], first.Pid)));
        await EndAsync(first);
        File.Delete(PathOf(OfTheRun));
        using Child second = await Python.StartAsync(Segment, OfTheRun);
        await EndAsync(second);

        RunResource found = Assert.Single(await DiscoverAfterAsync(seen));
        await _cleaner.CleanAsync(found, _run.After(seen));

        Assert.Equal((PathOf(OfTheRun), ResourceHandling.Clean), (found.Name, found.Handling));
        Assert.False(File.Exists(PathOf(OfTheRun)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_WhatCameWhileTheRunWas_IsOnlyTold()
    {
        using Child program = await Python.StartAsync(Segment, Name("unseen"));
        await EndAsync(program);

        RunResource found = Assert.Single(await DiscoverAfterAsync([]));

        Assert.Equal(ResourceHandling.Report, found.Handling);
        Assert.Contains("made while the run was, and nobody has it open; not provably the run's", found.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_WhereNothingKeepsWhenAFileWasMade_IsToldAndLeft()
    {
        string[] lines = await NamespaceHelper.RunAsync(["--mount"], "birthless");

        Assert.Equal(["/dev/shm/other Report", "/dev/shm/wfl-ID Report"], lines);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("r")]
    [InlineData("r+")]
    public async Task Clean_WhatSomebodyHasWhomNoLookCanSee_IsLeft(string mode)
    {
        using Child program = await Python.StartAsync(Segment, OfTheRun);
        await EndAsync(program);
        using Child unseen = await Python.StartAsync("import mmap, sys\nwith open(sys.argv[1], sys.argv[2]) as f: held = mmap.mmap(f.fileno(), 4096, prot=mmap.PROT_READ)", PathOf(OfTheRun), mode);

        string[] refused = await NamespaceHelper.RunAsync(["--pid", "--mount-proc"], "unseen", _run.Row.InternalId);
        bool isThere = File.Exists(PathOf(OfTheRun));
        await EndAsync(unseen);
        string[] gone = await NamespaceHelper.RunAsync(["--pid", "--mount-proc"], "unseen", _run.Row.InternalId);

        Assert.Equal([$"{PathOf(OfTheRun)}: somebody who can't be seen from here has it", $"{PathOf(OfTheRun)}: somebody who can't be seen from here has it"], refused);
        Assert.True(isThere);
        Assert.Equal(["removed", "cleaned"], gone);
    }

    public void Dispose()
    {
        foreach (string left in Directory.GetFiles("/dev/shm").Where(IsMarked))
        {
            File.Delete(left);
        }
    }

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }

    private async Task<IReadOnlyList<RunResource>> DiscoverAfterAsync(IReadOnlyList<RunResource> known) => Marked(await _cleaner.DiscoverAsync(_run.After(known)));

    // Other tests and programs have segments too.
    private IReadOnlyList<RunResource> Marked(IEnumerable<RunResource> resources) =>
        [.. resources.Where(resource => IsMarked(resource.Name))];

    private bool IsMarked(string name) => name.Contains(_mark, StringComparison.Ordinal) || name.Contains(_run.Row.InternalId, StringComparison.Ordinal);
}
