using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Whose the file of a Unix socket is: by who listens there, not by who has it.</summary>
public sealed class SocketProofTests : IDisposable
{
    // Makes the socket of its first argument, gives it away at that of its second, and does the rest once it is taken.
    private const string Giving = """
        import array, os, socket, sys, threading
        s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()
        l = socket.socket(socket.AF_UNIX); l.bind(sys.argv[2]); l.listen()
        def give():
            c, _ = l.accept(); c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
            c.recv(1); s.close(); c.send(b'z'); eval(sys.argv[3])
        threading.Thread(target=give, daemon=True).start()
        """;

    private const string Taking = """
        import array, socket, sys
        c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1]); m = c.recvmsg(1, socket.CMSG_LEN(4)); c.send(b'y'); c.recv(1)
        """;

    private const string Datagrams = "import socket, sys\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])";
    private const string Bound = "import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])";

    // Executes a program for which one system call fails where its third argument has a value, as under an old kernel or in a sandbox.
    private const string Refusing = """
        import ctypes, os, struct, sys
        number, value, errno = map(int, sys.argv[1:4])
        code = b''.join(struct.pack('HBBI', *line) for line in [(32, 0, 0, 0), (21, 0, 3, number), (32, 0, 0, 32), (21, 0, 1, value), (6, 0, 0, 0x50000 | errno), (6, 0, 0, 0x7fff0000)])
        kept = ctypes.create_string_buffer(code)
        libc = ctypes.CDLL(None)
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, struct.pack('HxxxxxxQ', 6, ctypes.addressof(kept))): sys.exit('refused')
        os.execv(sys.argv[4], sys.argv[4:])
        """;

    private const int PidfdGetFd = 438;
    private const int PeerDescriptor = 77;

    private readonly IResourceCleaner _cleaner = SocketCleaner.Create(new SocketCleanerOptions(), TimeProvider.System);
    private readonly TemporaryDirectory _place = new();
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());

    private string Socket => _place.File("of whom");

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_SocketOfAStrangerWhoGaveItToTheRunAndExited_IsToldAndLeft()
    {
        using Child stranger = await Python.StartAsync(Giving, Socket, _place.File("giving"), "os._exit(0)");
        using Child program = await Python.StartAsync(Taking, _place.File("giving"));
        await stranger.WaitAsync();

        (RunResource seen, RunResource told) = await EndAsync(program);

        Assert.Equal(ResourceHandling.Watch, seen.Handling);
        Assert.Equal((ResourceHandling.Report, "not provably the run's: who listened at it is gone"), (told.Handling, told.Note));
        Assert.True(File.Exists(Socket));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_SocketOfAStrangerWhoGaveItToTheRunAndLives_IsToldAndLeft()
    {
        using Child stranger = await Python.StartAsync(Giving, Socket, _place.File("giving"), "None");
        using Child program = await Python.StartAsync(Taking, _place.File("giving"));

        (_, RunResource told) = await EndAsync(program);

        Assert.Equal(ResourceHandling.Report, told.Handling);
        Assert.Matches($@"^not provably the run's: \S.* \(pid {stranger.Pid}\) listened at it$", told.Note!);
        Assert.True(File.Exists(Socket));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SocketForDatagrams_IsToldAndLeft()
    {
        using Child program = await Python.StartAsync(Datagrams, Socket);

        (_, RunResource told) = await EndAsync(program);

        Assert.Equal((ResourceHandling.Report, "not provably the run's: it takes datagrams, and nothing keeps who made such a socket"), (told.Handling, told.Note));
        Assert.True(File.Exists(Socket));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SocketThatIsBoundAndNotListenedAtYet_IsDecidedByALaterLook()
    {
        using Child program = await Python.StartAsync(Bound + Python.WhenTold("s.listen()"), Socket);
        RunResource first = Assert.Single(await _cleaner.DiscoverAsync(_run.Running([], program.Pid)));
        await Python.TellAsync(program);
        RunResource second = Assert.Single(await _cleaner.DiscoverAsync(_run.Running([first], program.Pid)));
        await EndAsync(program, second);

        Assert.Equal((ResourceHandling.Watch, ResourceHandling.Clean), (first.Handling, second.Handling));
        Assert.Equal("unix " + Socket, first.Name);
        Assert.False(File.Exists(Socket));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SocketThatIsNeverListenedAt_IsToldAndLeft()
    {
        using Child program = await Python.StartAsync(Bound, Socket);

        (_, RunResource told) = await EndAsync(program);

        Assert.Equal((ResourceHandling.Report, "not provably the run's: nobody listened at it yet"), (told.Handling, told.Note));
        Assert.True(File.Exists(Socket));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SocketsThatARunHas_AreNotKeptAliveByTheLook()
    {
        using Child program = await Python.StartAsync("import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()" + Python.WhenTold("s.close()"), Socket);
        RunResource seen = Assert.Single(await _cleaner.DiscoverAsync(_run.Running([], program.Pid)));
        await Python.TellAsync(program);

        Assert.Equal(ResourceHandling.Clean, seen.Handling);
        Assert.Empty(await _cleaner.DiscoverAsync(_run.Running([], program.Pid)));
        await _cleaner.CleanAsync(seen, _run.Running([seen], program.Pid));
        Assert.False(File.Exists(Socket));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(PidfdGetFd, 0, 1, "Watch, the kernel does not tell us who listened at it: Operation not permitted (errno 1), open yes")]
    [InlineData(PidfdGetFd, 0, 38, "Watch, the kernel does not tell us who listened at it: Function not implemented (errno 38), open yes")]
    [InlineData(null, PeerDescriptor, 92, "Clean, no doubt, open no")]
    [InlineData(null, PeerDescriptor, 22, "Watch, who listened at it is gone, open no")]
    public async Task Discover_WhereTheKernelRefuses_IsAsStrict(int? number, int value, int errno, string seen)
    {
        int getOption = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 209 : 55;
        string helper = Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Processes.Tests.Helper");
        using Child program = await Python.StartAsync("import socket, sys, time\ntime.sleep(0.1)\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()", Socket);

        using Child host = Child.Start("python3", "-c", Refusing, $"{number ?? getOption}", $"{value}", $"{errno}", helper, "socket", $"{program.Pid}", $"{_run.Row.CreatedAt:O}");

        Assert.Equal(seen, await host.ReadLineAsync());
    }

    public void Dispose() => _place.Dispose();

    private async Task<(RunResource Seen, RunResource Told)> EndAsync(Child program, RunResource? known = null)
    {
        RunResource seen = known ?? Assert.Single(await _cleaner.DiscoverAsync(_run.Before(program.Pid)));
        program.End();
        await program.WaitAsync();
        CleanupContext after = _run.After([seen]);
        RunResource told = Assert.Single(await _cleaner.DiscoverAsync(after));
        await _cleaner.CleanAsync(told, after);
        return (seen, told);
    }
}
