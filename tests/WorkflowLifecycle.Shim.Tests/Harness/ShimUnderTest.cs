using System.Globalization;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>A running shim with its run directory, its host channel and a host whose death the test decides.</summary>
internal sealed class ShimUnderTest : IDisposable
{
    private readonly TestCgroup? _cgroup;
    private bool _reaped;

    private ShimUnderTest(int pid, string runDirectory, int channel, FakeHost host, TestCgroup? cgroup)
    {
        Pid = pid;
        RunDirectory = runDirectory;
        Host = new ControlClient(channel);
        HostProcess = host;
        _cgroup = cgroup;
    }

    public int Pid { get; }
    public string RunDirectory { get; }
    public ControlClient Host { get; }
    public FakeHost HostProcess { get; }
    public TestCgroup Cgroup => _cgroup ?? throw new InvalidOperationException("This test has no cgroup.");

    /// <summary>Starts a shim; it says READY and waits for GO.</summary>
    public static ShimUnderTest Start(Specification specification, ShimOptions? options = null)
    {
        options ??= new ShimOptions();
        bool wantsCgroup = specification.Flags.HasFlag(LaunchFlags.Cgroup);
        TestCgroup? cgroup = TestCgroup.TryCreate();
        if (wantsCgroup && cgroup is null)
        {
            if (options.RunDirectory is not null) Directory.Delete(options.RunDirectory, recursive: true);
            Assert.Skip("No writable cgroup v2 for this user on this machine.");
        }


        string runDirectory = options.RunDirectory ?? Directory.CreateTempSubdirectory("shim-test-").FullName;
        FakeHost host = FakeHost.Start();
        (int ours, int theirs) = Native.ChannelPair();
        int output = options.Stdout ?? Native.Open(Path.Combine(runDirectory, "program.out"), Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND, 0x180);
        int nothing = Native.Open("/dev/null", Native.O_RDWR);
        bool pidfd = specification.Flags.HasFlag(LaunchFlags.HostPidfd);
        List<int> own =
        [
            nothing, output, output,
            theirs,
            Native.Memory(options.RawSpecification ?? specification.ToBytes()),
            Native.Open(runDirectory, Native.O_RDONLY | Native.O_DIRECTORY),
            pidfd ? Native.PidfdOpen(host.Pid) : Native.Open("/dev/null", Native.O_RDONLY),
            options.CgroupDescriptor ?? (wantsCgroup ? Native.Open(cgroup!.Run, Native.O_RDONLY | Native.O_DIRECTORY) : Native.Open("/dev/null", Native.O_RDONLY)),
        ];
        List<(int Own, int Target)> placed = [.. own.Distinct().Select(Native.MoveUp).Zip(own.Distinct(), (up, low) => (up, low))
            .SelectMany(pair => own.Select((fd, target) => (fd, target)).Where(p => p.fd == pair.low).Select(p => (pair.up, p.target)))];
        if (options.StrayDescriptor is int stray) placed.Add((stray, 90));

        ShimBinary binary = options.Binary ?? ShimBinary.Native;
        string argv0 = "workflow-lifecycle-shim " + options.RunId;
        string[] argv = binary.Through is null ? [argv0] : [.. binary.Through, argv0, binary.Path];
        int pid = Spawner.Spawn(argv[0] == argv0 ? binary.Path : argv[0], argv, [], placed, options.BlockedSignals);
        foreach (int fd in placed.Select(p => p.Own).Distinct().Where(fd => fd != options.StrayDescriptor)) Native.Close(fd);
        if (cgroup is not null) cgroup.Add(pid);
        return new ShimUnderTest(pid, runDirectory, ours, host, cgroup);
    }

    /// <summary>Starts a shim and its program.</summary>
    public static async Task<ShimUnderTest> LaunchAsync(Specification specification, ShimOptions? options = null)
    {
        ShimUnderTest shim = Start(specification, options);
        try
        {
            await shim.Host.EventAsync(MessageType.Ready);
            Message answer = await shim.GoAsync();
            Assert.Equal(MessageType.Started, answer.Type);
            return shim;
        }
        catch
        {
            shim.Dispose();
            throw;
        }
    }

    public Task<Message> GoAsync() => Host.RequestAsync(MessageType.Go);

    public ControlClient Connect() => ControlClient.Connect(RunDirectory);

    public string File(string name) => System.IO.File.ReadAllText(Path.Combine(RunDirectory, name));

    public bool Has(string name) => Path.Exists(Path.Combine(RunDirectory, name));

    public Dictionary<string, string> Record(string name) =>
        File(name).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);

    public string Output => File("program.out");

    /// <summary>Ends the tree and returns what the shim says of it.</summary>
    public async Task<EmptyEvent> EndAsync()
    {
        Message answer = await Host.RequestAsync(MessageType.End, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        Assert.Equal(MessageType.Done, answer.Type);
        return await EmptyAsync();
    }

    /// <summary>Waits for EMPTY and takes the shim at its word: at this very moment nobody but itself may be there.</summary>
    public async Task<EmptyEvent> EmptyAsync()
    {
        EmptyEvent empty = EmptyEvent.From(await Host.EventAsync(MessageType.Empty));
        if (_cgroup is not null) Assert.DoesNotContain(_cgroup.Members(), member => !member.StartsWith($"{Pid} ", StringComparison.Ordinal));
        return empty;
    }

    /// <summary>Releases the shim and proves that it, its sockets and everything it held are gone.</summary>
    public async Task ReleaseAsync()
    {
        Assert.Equal(MessageType.Done, (await Host.RequestAsync(MessageType.Release)).Type);
        await LeftAsync();
    }

    public async Task LeftAsync(int timeoutMs = 10_000)
    {
        await WaitForAsync(TryReap, "the shim to leave", timeoutMs);
        Assert.False(Has("ctl"), "ctl remained");
        Assert.False(Has("notify"), "notify remained");
        await NobodyIsLeftAsync();
    }

    public async Task NobodyIsLeftAsync()
    {
        if (_cgroup is null) return;
        await WaitForAsync(() => !_cgroup.IsPopulated, "the test's cgroup to be empty", 2_000, () => string.Join("; ", _cgroup.Members()));
    }

    public static async Task WaitForAsync(Func<bool> condition, string what, int timeoutMs = 10_000, Func<string>? detail = null)
    {
        for (int waited = 0; !condition(); waited += 2)
        {
            if (waited >= timeoutMs) Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"Waited {timeoutMs} ms for {what}. {detail?.Invoke()}"));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public bool TryReap()
    {
        _reaped = _reaped || Native.WaitPid(Pid, out _, 1) == Pid;
        return _reaped;
    }

    /// <summary>Whatever a failed test left behind is ended here: first the shim, then everybody in the test's cgroup.</summary>
    public void Dispose()
    {
        Host.Dispose();
        if (!_reaped)
        {
            Native.Kill(Pid, Native.SIGKILL);
            Native.WaitPid(Pid, out _, 0);
        }

        _cgroup?.Dispose();
        HostProcess.Dispose();
        Directory.Delete(RunDirectory, recursive: true);
    }
}
