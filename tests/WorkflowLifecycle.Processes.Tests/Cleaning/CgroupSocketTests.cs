using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Ports that outlive a run of which no look was taken: the kernel keeps the cgroup in which each was made.</summary>
public sealed class CgroupSocketTests : IDisposable
{
    private const string DatagramBelow = HandedSocketBelow + "\nu = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.bind(('::1', int(sys.argv[2]))); hand(u)";

    // Made in a cgroup of the run's own making, below the run's.
    private const string HandedSocketBelow = """
        import array, os, socket, sys
        os.mkdir(sys.argv[3] + '/below'); open(sys.argv[3] + '/below/cgroup.procs', 'w').write(str(os.getpid()))
        def hand(s):
            c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
            c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
            c.recv(1)
        """;

    private readonly IResourceCleaner _cleaner = SocketCleaner.Create(new SocketCleanerOptions(), TimeProvider.System);
    private readonly TemporaryDirectory _place = new();
    private readonly RunCgroup _cgroup = RunCgroup.Create(CgroupPlace.Require(), Guid.NewGuid().ToString("N"));

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_PortThatWasHandedToAStranger_IsWatchedWithoutAnyLook()
    {
        string port = FreePort();
        RunContexts run = Run();
        using Child stranger = await Python.StartAsync(HandedSocket.Taking, _place.File("taking"));
        using Child program = await StartInCgroupAsync(HandedSocket.Handing, _place.File("taking"), port);
        await EndAsync(program);

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(run.After([])));

        Assert.Equal((ResourceHandling.Watch, $"tcp 127.0.0.1:{port}"), (found.Handling, found.Name));
        Assert.Matches($@"^\S.* \(pid {stranger.Pid}\) has it$", found.Note!);
        Assert.True(await _cleaner.ExistsAsync(found, run.After([])));
        Assert.Equal(found.Name, Assert.Single(await _cleaner.DiscoverAsync(run.After([found]))).Name);
        await EndAsync(stranger);
        Assert.False(await _cleaner.ExistsAsync(found, run.After([])));
        Assert.Empty(await _cleaner.DiscoverAsync(run.After([])));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_DatagramPortMadeInACgroupBelow_IsTheRuns()
    {
        string port = FreePort();
        RunContexts run = Run();
        using Child stranger = await Python.StartAsync(HandedSocket.Taking, _place.File("taking"));
        using Child program = await StartInCgroupAsync(DatagramBelow, _place.File("taking"), port, _cgroup.Path);
        await EndAsync(program);

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(run.After([])));

        Assert.Equal((ResourceHandling.Watch, $"udp [::1]:{port}"), (found.Handling, found.Name));
        Assert.Contains($"(pid {stranger.Pid}) has it", found.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_AfterTheCgroupIsGone_KnowsItByItsId()
    {
        string port = FreePort();
        RunContexts run = Run();
        using Child stranger = await Python.StartAsync(HandedSocket.Taking, _place.File("taking"));
        using Child program = await StartInCgroupAsync(HandedSocket.Handing, _place.File("taking"), port);
        await EndAsync(program);
        Assert.Null(_cgroup.Remove());

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(run.After([]) with { Moment = CleanupMoment.Retry }));

        Assert.Equal($"tcp 127.0.0.1:{port}", found.Name);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_PortOfSomebodyElse_IsNotTheRuns()
    {
        RunContexts run = Run();
        using Child stranger = await Python.StartAsync("import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()");
        using Child program = await StartInCgroupAsync("pass");
        await EndAsync(program);

        Assert.Empty(await _cleaner.DiscoverAsync(run.After([])));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_RunOfAnotherBoot_HasNoSockets()
    {
        RunContexts run = Run();
        using Child stranger = await Python.StartAsync(HandedSocket.Taking, _place.File("taking"));
        using Child program = await StartInCgroupAsync(HandedSocket.Handing, _place.File("taking"), FreePort());
        await EndAsync(program);
        CleanupContext after = run.After([]);
        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(after));
        CleanupContext restarted = after with { Run = after.Run with { Host = after.Run.Host with { BootId = "b1f1f2f3-0000-4000-8000-00000000000a" } } };

        Assert.Empty(await _cleaner.DiscoverAsync(restarted));
        Assert.False(await _cleaner.ExistsAsync(found, restarted));
    }

    public void Dispose()
    {
        _ = _cgroup.Remove();
        _cgroup.Dispose();
        _place.Dispose();
    }

    private static string FreePort()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }

    private RunContexts Run()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        return new RunContexts(run.Row.CreatedAt)
        {
            Row = run.Row with
            {
                Containment = new ContainmentRecord { Strength = ContainmentStrength.CgroupOnly, RunDirectory = _place.Path, CgroupPath = _cgroup.Path, CgroupInode = _cgroup.Inode },
            },
        };
    }

    private Task<Child> StartInCgroupAsync(string script, params IEnumerable<string> arguments) =>
        Python.StartAsync($"import os\nopen('{_cgroup.Path}/cgroup.procs', 'w').write(str(os.getpid()))\n{script}", arguments);
}
