using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Real sockets of real programs, one of them handed to a stranger.</summary>
public sealed class SocketCleanerTests : IDisposable
{
    private const string Port = """
        import socket, sys
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen()
        """;

    private const string UnixPath = """
        import socket, sys
        s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()
        """;

    private const string Handing = """
        import array, socket, sys
        s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen()
        c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[2])
        c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
        c.recv(1)
        """;

    private const string Taking = """
        import array, socket, sys, threading
        l = socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); l.listen()
        kept = []
        def take():
            c, _ = l.accept(); kept.append(c.recvmsg(1, socket.CMSG_LEN(4))); c.send(b'y'); kept.append(c)
        threading.Thread(target=take, daemon=True).start()
        """;

    private readonly IResourceCleaner _cleaner = SocketCleaner.Create(new SocketCleanerOptions(), TimeProvider.System);
    private readonly TemporaryDirectory _place = new();

    private static string FreePort()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_PortThatDiesWithTheRun_IsFree()
    {
        string port = FreePort();
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child program = await Python.StartAsync(Port, port);

        RunResource before = Assert.Single(await _cleaner.DiscoverAsync(run.Before(program.Pid)));
        Assert.True(await _cleaner.ExistsAsync(before, run.Before(program.Pid)));
        await EndAsync(program);
        using Child stranger = await Python.StartAsync(Port, port);

        RunResource after = Assert.Single(await _cleaner.DiscoverAsync(run.After([before])));
        Assert.Equal($"tcp 127.0.0.1:{port}", after.Name);
        Assert.False(await _cleaner.ExistsAsync(after, run.After([before])));
        Assert.False(stranger.HasExited);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_PortThatWasHandedToAStranger_IsWatchedAndHeIsNamed()
    {
        string port = FreePort();
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child stranger = await Python.StartAsync(Taking, _place.File("taking"));
        using Child program = await Python.StartAsync(Handing, port, _place.File("taking"));
        RunResource before = Assert.Single(await _cleaner.DiscoverAsync(run.Before(program.Pid)));
        await EndAsync(program);

        RunResource after = Assert.Single(await _cleaner.DiscoverAsync(run.After([before])));

        Assert.Equal((ResourceHandling.Watch, $"tcp 127.0.0.1:{port}"), (after.Handling, after.Name));
        Assert.Matches($@"^\S.* \(pid {stranger.Pid}\) has it$", after.Note!);
        Assert.True(await _cleaner.ExistsAsync(after, run.After([before])));
        await EndAsync(stranger);
        Assert.False(await _cleaner.ExistsAsync(after, run.After([before])));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Clean_SocketFileThatNobodyIsBoundTo_IsRemoved()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child program = await Python.StartAsync(UnixPath, _place.File("own socket"));
        RunResource before = Assert.Single(await _cleaner.DiscoverAsync(run.Before(program.Pid)));
        await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(before, run.After([before])).AsTask());
        await EndAsync(program);

        RunResource after = Assert.Single(await _cleaner.DiscoverAsync(run.After([before])));
        Assert.Equal((ResourceHandling.Clean, "unix " + _place.File("own socket")), (after.Handling, after.Name));
        await _cleaner.CleanAsync(after, run.After([before]));

        Assert.False(await _cleaner.ExistsAsync(after, run.After([before])));
        Assert.False(File.Exists(_place.File("own socket")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Clean_SocketFileThatAStrangerMadeMeanwhile_IsLeft()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child program = await Python.StartAsync(UnixPath, _place.File("socket"));
        RunResource known = Assert.Single(await _cleaner.DiscoverAsync(run.Before(program.Pid)));
        await EndAsync(program);
        File.Delete(_place.File("socket"));
        using Child stranger = await Python.StartAsync(UnixPath, _place.File("socket"));

        Assert.False(await _cleaner.ExistsAsync(known, run.After([known])));
        await _cleaner.CleanAsync(known, run.After([known]));

        Assert.True(File.Exists(_place.File("socket")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SocketFileThatWasThereBeforeTheRun_IsNotItsToRemove()
    {
        using Child program = await Python.StartAsync(UnixPath, _place.File("earlier"));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        RunContexts run = new(TimeProvider.System.GetUtcNow());

        RunResource before = Assert.Single(await _cleaner.DiscoverAsync(run.Before(program.Pid)));
        await EndAsync(program);
        await _cleaner.CleanAsync(before, run.After([before]));

        RunResource after = Assert.Single(await _cleaner.DiscoverAsync(run.After([before])));
        Assert.Equal(ResourceHandling.Watch, before.Handling);
        Assert.True(File.Exists(_place.File("earlier")));
        Assert.Equal((ResourceHandling.Report, "not provably the run's: it was not made while the run was"), (after.Handling, after.Note));
        Assert.True(await _cleaner.ExistsAsync(before, run.After([before])));
        Assert.False(await _cleaner.ExistsAsync(before, run.After([before]) with { Moment = CleanupMoment.Retry }));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true, "somebody is bound to it")]
    [InlineData(false, "was not made while the run was")]
    public async Task Clean_DebtForTheSocketFileOfAStranger_IsRefused(bool isBound, string why)
    {
        RunContexts owner = new(TimeProvider.System.GetUtcNow());
        using Child stranger = await Python.StartAsync(UnixPath, _place.File("strangers"));
        RunResource his = Assert.Single(await _cleaner.DiscoverAsync(owner.Before(stranger.Pid)));
        RunResource debt = his with { Details = his.Details.Where(detail => detail.Key != "socket").ToDictionary() };
        if (!isBound)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            await EndAsync(stranger);
        }

        RunContexts run = isBound ? owner : new RunContexts(TimeProvider.System.GetUtcNow());
        IOException refused = await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(debt, run.After([debt]) with { Moment = CleanupMoment.Retry }).AsTask());

        Assert.Equal(ResourceHandling.Clean, debt.Handling);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_place.File("strangers")));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Discover_SocketFileThatWasMadeAnewAfterTheLastLook_IsTold(bool isBeforeEnd)
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child first = await Python.StartAsync(UnixPath, _place.File("anew"));
        RunResource known = Assert.Single(await _cleaner.DiscoverAsync(isBeforeEnd ? run.Before(first.Pid) : run.Running([], first.Pid)));
        await EndAsync(first);
        File.Delete(_place.File("anew"));
        using Child second = await Python.StartAsync(UnixPath, _place.File("anew"));
        await EndAsync(second);

        RunResource told = Assert.Single(await _cleaner.DiscoverAsync(run.After([known])));

        Assert.Equal((ResourceHandling.Report, "unix " + _place.File("anew")), (told.Handling, told.Name));
        Assert.True(File.Exists(_place.File("anew")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_AbstractAndDatagramSockets_AreSeen()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        string name = "wfl-" + Guid.NewGuid().ToString("N")[..8];
        using Child program = await Python.StartAsync("""
            import socket, sys
            a = socket.socket(socket.AF_UNIX); a.bind('\0' + sys.argv[1]); a.listen()
            u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.bind(('::1', 0))
            """, name);

        IReadOnlyList<RunResource> before = await _cleaner.DiscoverAsync(run.Before(program.Pid));

        Assert.Contains(before, resource => resource.Name == "unix @" + name);
        Assert.Contains(before, resource => resource.Name.StartsWith("udp [::1]:", StringComparison.Ordinal));
        await EndAsync(program);
        foreach (RunResource resource in before)
        {
            Assert.False(await _cleaner.ExistsAsync(resource, run.After(before)));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_WithoutALookBefore_OnlyTells()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        run = new RunContexts(run.Row.CreatedAt) { Row = run.Row with { WorkingDirectory = _place.Path } };
        using Child stranger = await Python.StartAsync(UnixPath, _place.File("bound"));
        using Child program = await Python.StartAsync(UnixPath, _place.File("left"));
        await EndAsync(program);

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(run.After([])));

        Assert.Equal((ResourceHandling.Report, "unix " + _place.File("left")), (found.Handling, found.Name));
    }

    public void Dispose() => _place.Dispose();

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }
}
