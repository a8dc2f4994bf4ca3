using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Sockets that are looked at while their run goes on, and in the first instants of an emergency.</summary>
public sealed class SocketWatchTests : IDisposable
{
    private const string HandingAbstract = """
        import array, socket, sys
        s = socket.socket(socket.AF_UNIX); s.bind('\0' + sys.argv[2]); s.listen()
        c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
        c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
        c.recv(1)
        """;

    private const string Port = "import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()";
    private const string UnixPath = "import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()";

    private readonly IResourceCleaner _cleaner = SocketCleaner.Create(new SocketCleanerOptions(), TimeProvider.System);
    private readonly TemporaryDirectory _place = new();
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());

    // Time for the list of sockets, and none for a look at all processes.
    private static IResourceCleaner Hurried => SocketCleaner.Create(new SocketCleanerOptions(), new SteppingTime(TimeSpan.FromMilliseconds(1)));

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_AbstractSocketThatWasHandedToAStranger_IsWatchedAndHeIsNamed()
    {
        string name = "wfl-" + Guid.NewGuid().ToString("N")[..8];
        using Child stranger = await Python.StartAsync(HandedSocket.Taking, _place.File("taking"));
        using Child program = await Python.StartAsync(HandingAbstract, _place.File("taking"), name);
        IReadOnlyList<RunResource> seen = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        await EndAsync(program);

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(_run.After(seen)));

        Assert.Equal((ResourceHandling.Watch, "unix @" + name), (found.Handling, found.Name));
        Assert.Contains($"(pid {stranger.Pid}) has it", found.Note!, StringComparison.Ordinal);
        Assert.True(await _cleaner.ExistsAsync(found, _run.After(seen)));
        await EndAsync(stranger);
        Assert.False(await _cleaner.ExistsAsync(found, _run.After(seen)));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_SocketFileSeenWhileTheRunWentOn_IsRemovedAfterAnEndThatNobodyAskedFor()
    {
        using Child program = await Python.StartAsync(UnixPath, _place.File("socket"));
        IReadOnlyList<RunResource> seen = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        await EndAsync(program);

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(_run.After(seen)));
        await _cleaner.CleanAsync(found, _run.After(seen));

        Assert.Equal(ResourceHandling.Clean, found.Handling);
        Assert.False(File.Exists(_place.File("socket")));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_SocketFileThatALookHadNoTimeFor_IsToldAndLeft()
    {
        using Child program = await Python.StartAsync(UnixPath, _place.File("socket"));
        RunResource seen = Assert.Single(await Hurried.DiscoverAsync(_run.Emergency([], program.Pid)));
        await EndAsync(program);
        CleanupContext after = _run.After([seen]);
        after = after with { Run = after.Run with { WorkingDirectory = _place.Path } };

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(after));
        await _cleaner.CleanAsync(found, after);

        Assert.Equal(ResourceHandling.Watch, seen.Handling);
        Assert.Equal((ResourceHandling.Report, "unix " + _place.File("socket")), (found.Handling, found.Name));
        Assert.Equal("not provably the run's: there was no time to see who else had it", found.Note);
        Assert.True(await _cleaner.ExistsAsync(seen, after));
        Assert.True(File.Exists(_place.File("socket")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SocketFileThatALookHadNoTimeFor_IsDecidedByTheNext()
    {
        using Child program = await Python.StartAsync(UnixPath, _place.File("socket"));
        RunResource first = Assert.Single(await Hurried.DiscoverAsync(_run.Emergency([], program.Pid)));

        RunResource second = Assert.Single(await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = [first] }));

        Assert.Equal((ResourceHandling.Watch, ResourceHandling.Clean), (first.Handling, second.Handling));
        Assert.Equal(first.Name, second.Name);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_AnotherSocketFileUnderAKnownName_IsASuspect()
    {
        // A suspect is told only where nobody listens at such a name: one that no other test has.
        string name = _place.File("suspect");
        RunResource known;
        using (Child program = await Python.StartAsync(UnixPath, name))
        {
            known = Assert.Single(await _cleaner.DiscoverAsync(_run.Running([], program.Pid)));
            await EndAsync(program);
        }

        File.Delete(name);
        using Child unseen = await Python.StartAsync(UnixPath, name);
        await EndAsync(unseen);
        CleanupContext after = _run.After([known]);

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(after with { Run = after.Run with { WorkingDirectory = _place.Path } }));

        Assert.Equal((ResourceHandling.Report, known.Name), (found.Handling, found.Name));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_PortThatTheRunItselfClosed_IsNotTold()
    {
        using Child program = await Python.StartAsync(Port + Python.WhenTold("s.close()"));
        RunResource seen = Assert.Single(await _cleaner.DiscoverAsync(_run.Running([], program.Pid)));
        await Python.TellAsync(program);

        Assert.False(await _cleaner.ExistsAsync(seen, _run.Running([seen], program.Pid)));
        Assert.Empty(await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = [seen] }));
        await EndAsync(program);
        Assert.Empty(await _cleaner.DiscoverAsync(_run.After([seen])));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_PortThatWasThereToTheEnd_IsTold()
    {
        using Child program = await Python.StartAsync(Port);
        IReadOnlyList<RunResource> seen = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));

        IResourceCleaner unhurried = SocketCleaner.Create(new SocketCleanerOptions(), new SteppingTime(TimeSpan.Zero));
        RunResource before = Assert.Single(await unhurried.DiscoverAsync(_run.Emergency(seen, program.Pid)));
        await EndAsync(program);

        Assert.Equal(Assert.Single(seen).Name, before.Name);
        Assert.Equal(before, Assert.Single(await _cleaner.DiscoverAsync(_run.After([before]))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_TwoSocketsAtOnePort_KeepTheirNamesFromLookToLook()
    {
        using Child program = await Python.StartAsync("""
            import socket
            def bound(port):
                s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind(('127.0.0.1', port)); s.listen(); return s
            a = bound(0); b = bound(a.getsockname()[1])
            """);

        IReadOnlyList<RunResource> first = await _cleaner.DiscoverAsync(_run.Running([], program.Pid));
        IReadOnlyList<RunResource> second = await _cleaner.DiscoverAsync(_run.Running([first[1], first[0]], program.Pid));

        Assert.Equal(2, first.Select(resource => resource.Name).Distinct().Count());
        Assert.Equal(first.OrderBy(Identify, StringComparer.Ordinal), second.OrderBy(Identify, StringComparer.Ordinal));

        static string Identify(RunResource resource) => resource.Details["socket"];
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_RunWithoutSockets_FindsNothing()
    {
        using Child program = await Python.StartAsync("pass");

        Assert.Empty(await _cleaner.DiscoverAsync(_run.Running([], program.Pid)));
    }

    public void Dispose() => _place.Dispose();

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }
}
