using System.Text;

namespace WorkflowLifecycle.Shim.Tests;

public sealed class NotifyTests
{
    private const string SystemdNotify = "/usr/bin/systemd-notify";

    [Fact(Timeout = 30_000)]
    public async Task Notify_FromTheTree_ReachesTheHostAndTheStatus()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Send(shim, "STATUS=warming up\nREADY=1\nWATCHDOG_USEC=5000000\n");
        Assert.Equal("STATUS=warming up\nREADY=1\nWATCHDOG_USEC=5000000\n", (await shim.Host.EventAsync(MessageType.Notify)).Text);
        ShimStatus status = await shim.Host.StatusAsync();
        Assert.Equal(StatusFlags.Ready, status.Flags);
        Assert.Equal(5_000_000ul, status.WatchdogMicroseconds);
        Send(shim, "STOPPING=1");
        await shim.Host.EventAsync(MessageType.Notify);
        Assert.Equal(StatusFlags.Ready | StatusFlags.Stopping, (await shim.Host.StatusAsync()).Flags);
        await shim.EndAsync();
        await shim.ReleaseAsync();
        Assert.Equal(1, shim.File("journal").Split(" notify-ready\n").Length - 1);
    }

    [Fact(Timeout = 30_000)]
    public async Task Notify_WordsThatOnlyLookLikeReady_AreNot()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Send(shim, "STATUS=READY=1\nREADY=10\nXREADY=1\nREADY=0");
        await shim.Host.EventAsync(MessageType.Notify);
        Assert.Equal(StatusFlags.None, (await shim.Host.StatusAsync()).Flags);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S24")]
    public async Task Notify_WhileNoHostListens_IsRememberedForTheNext()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        shim.HostProcess.Die();
        shim.Host.Dispose();
        Send(shim, "READY=1");
        Send(shim, "WATCHDOG=1\nWATCHDOG_USEC=1234");
        Send(shim, "EXTEND_TIMEOUT_USEC=7000000\nSTATUS=pushing to größer\nSTOPPING=1");
        using ControlClient next = shim.Connect();
        ShimStatus status = ShimStatus.From(await next.RequestAsync(MessageType.Watch));
        Assert.Equal(StatusFlags.Ready | StatusFlags.HostGone | StatusFlags.Stopping, status.Flags);
        Assert.Equal((7_000_000ul, "pushing to größer"), (status.ExtendMicroseconds, status.Text));
        Assert.InRange(status.LastWatchdog, 1ul, status.ExtendAsked);
        Assert.Equal(status.ExtendAsked, status.LastNotify);
        Assert.Equal(1234ul, status.WatchdogMicroseconds);
        Assert.NotEqual(0ul, status.LastNotify);
        await next.RequestAsync(MessageType.End, new byte[16]);
        await next.EventAsync(MessageType.Empty);
        await next.RequestAsync(MessageType.Release);
        await shim.LeftAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Notify_LongStatus_IsCutWhereACharacterEnds()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Assert.Equal("", (await shim.Host.StatusAsync()).Text);
        Send(shim, "STATUS=x" + new string('ß', 400));
        await shim.Host.EventAsync(MessageType.Notify);
        Assert.Equal("x" + new string('ß', 249), (await shim.Host.StatusAsync()).Text);
        Send(shim, "STATUS=" + new string('y', 500));
        await shim.Host.EventAsync(MessageType.Notify);
        Assert.Equal(new string('y', 500), (await shim.Host.StatusAsync()).Text);
        Send(shim, "STATUS=");
        await shim.Host.EventAsync(MessageType.Notify);
        Assert.Equal("", (await shim.Host.StatusAsync()).Text);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Notify_MainPid_IsIgnoredAndSaidOnce()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        int root = (await shim.Host.StatusAsync()).RootPid;
        Send(shim, "MAINPID=1\nMAINPID=2");
        await shim.Host.EventAsync(MessageType.Notify);
        Assert.Equal(root, (await shim.Host.StatusAsync()).RootPid);
        await shim.EndAsync();
        await shim.ReleaseAsync();
        Assert.Equal(1, shim.File("journal").Split(" notify-mainpid-ignored pid=").Length - 1);
        Assert.Contains(" notify-mainpid-ignored pid=1\n", shim.File("journal"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Notify_SystemdNotify_WorksUnchangedAndDoesNotWaitForItsBarrier()
    {
        Assert.SkipUnless(File.Exists(SystemdNotify), "systemd-notify is not installed.");
        using ShimUnderTest shim = await LaunchWithSocketAsync("systemd-notify --ready --status=here && echo done");
        long started = TimeProvider.System.GetTimestamp();
        await shim.EmptyAsync();
        Assert.Equal("done\n", shim.Output);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(4), "The barrier was not closed at once.");
        Assert.Equal(StatusFlags.Ready, (await shim.Host.StatusAsync()).Flags);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Notify_DescriptorsComeAlong_AreClosedAtOnceAndNeverKept()
    {
        using ShimUnderTest shim = await LaunchWithSocketAsync($"for i in 1 2 3; do perl '{TestPrograms.Path("notify-descriptor")}'; done; sleep 0.3");
        await ShimUnderTest.WaitForAsync(() => shim.Output.Split('\n').Length > 3, "three barriers", 15_000, () => shim.Output);
        // Only root may look into an undumpable process.
        int descriptors = Native.EffectiveUserId() == 0 ? Directory.GetFiles($"/proc/{shim.Pid}/fd").Length : 8;
        await shim.EmptyAsync();
        Assert.Equal("closed\nclosed\nclosed\n", shim.Output);
        Assert.InRange(descriptors, 8, 20);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Notify_LongerThanTheLimit_IsCut()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Send(shim, "STATUS=" + new string('x', 20_000));
        Assert.Equal(4096, (await shim.Host.EventAsync(MessageType.Notify)).Payload.Length);
        Send(shim, "");
        Send(shim, "READY=1");
        Assert.Equal("READY=1", (await shim.Host.EventAsync(MessageType.Notify)).Text);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    private static Task<ShimUnderTest> LaunchWithSocketAsync(string script)
    {
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        Specification specification = Trees.Specification(TestPrograms.Sh(script), cgroup: false) with
        {
            Environment = ["PATH=/usr/bin:/bin", "NOTIFY_SOCKET=" + Path.Combine(directory, "notify")],
            LeftoverGraceMs = 1_000,
        };
        return ShimUnderTest.LaunchAsync(specification, new ShimOptions { RunDirectory = directory });
    }

    private static void Send(ShimUnderTest shim, string text)
    {
        int socket = Native.Connect(Path.Combine(shim.RunDirectory, "notify"), Native.SOCK_DGRAM);
        Assert.True(Native.Send(socket, Encoding.UTF8.GetBytes(text)));
        Native.Close(socket);
    }
}
