using System.Globalization;

namespace WorkflowLifecycle.Shim.Tests;

/// <summary>Trees that are hard to freeze by stop signals, or that must not notice.</summary>
public sealed class FreezeTreeTests
{
    private const int EPERM = 1, EAGAIN = 11, EBUSY = 16, ENOTSUP = 95, ETIMEDOUT = 110, ECANCELED = 125;
    private const int PidfdSendSignal = 424;
    private const string Python = "/usr/bin/python3";

    [Fact(Timeout = 30_000)]
    public async Task Freeze_OneWasStoppedBefore_ItStaysStoppedAndNobodySeesAStop()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("watcher", "100"), cgroup: false));
        int stopped = int.Parse(shim.Output.Split('\n')[0].Split(' ')[1], CultureInfo.InvariantCulture);
        for (int i = 0; i < 20; i++)
        {
            await FreezeAsync(shim);
            await shim.Host.RequestAsync(MessageType.Thaw);
            Assert.Equal('T', Counters.StateOf(stopped));
        }

        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.EndsWith("ready\n", shim.Output, StringComparison.Ordinal);
        Assert.Contains(" frozen stopped=101\n", shim.File("journal"), StringComparison.Ordinal);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Freeze_AShellThatStartsOneProgramAfterTheOther_IsHadEachTime(bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Sh("echo ready; while :; do /bin/true; done"), cgroup));
        for (int i = 0; i < 100; i++)
        {
            await FreezeAsync(shim);
            await shim.Host.RequestAsync(MessageType.Thaw);
        }

        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_OneThatIsTraced_StandsStillAndGoesOn()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed.");
        Counters counters = await Counters.LaunchAsync(
            directory => ["/usr/bin/strace", "-f", "-o", "/dev/null", .. TestPrograms.Perl("counters", directory, "4")], cgroup: false);
        using ShimUnderTest shim = counters.Shim;
        for (int i = 0; i < 10; i++)
        {
            await FreezeAsync(shim);
            await counters.StandStillAsync();
            await shim.Host.RequestAsync(MessageType.Thaw);
            await counters.GoOnAsync();
        }

        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_ThreadsOfOneProcess_AllStandStill()
    {
        Native.WaitPid(Spawner.Spawn("/usr/bin/perl", ["perl", "-Mthreads", "-e", "1"], [], [], 0), out int status, 0);
        Assert.SkipUnless(status == 0, "This perl has no threads (perl-base alone).");
        Counters counters = await Counters.LaunchAsync(directory => TestPrograms.Perl("thread-counters", directory, "4"), cgroup: false);
        using ShimUnderTest shim = counters.Shim;
        for (int i = 0; i < 10; i++)
        {
            await FreezeAsync(shim);
            await counters.StandStillAsync();
            await shim.Host.RequestAsync(MessageType.Thaw);
            await counters.GoOnAsync();
        }

        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_InAPidNamespace_StopsAllButItsInit()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("crowd", cgroup: false) with { Hardening = Hardenings.PidNamespace });
        await FreezeAsync(shim);
        int init = Assert.Single(Counters.Descendants(shim.Pid), pid => Counters.StateOf(pid) != 'T');
        Assert.Equal("wl-init\n", await File.ReadAllTextAsync($"/proc/{init}/comm", TestContext.Current.CancellationToken));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_ThawedOrEndedMeanwhile_IsCancelledAndNobodyWaits()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("vfork"), cgroup: false));
        await ShimUnderTest.WaitForAsync(() => Counters.Descendants(shim.Pid).Any(pid => Counters.StateOf(pid) == 'D'), "the process in state D");
        using ControlClient other = shim.Connect();

        // What was sent first, and by the host, is served first: the attempt is under way when the other request comes.
        Task<Message> freezing = shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        Assert.Equal(MessageType.Done, (await other.RequestAsync(MessageType.Thaw)).Type);
        Assert.Equal((MessageType.Error, ECANCELED), ((await freezing).Type, (await freezing).I32(0)));

        freezing = shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        Assert.Equal(MessageType.Done, (await other.RequestAsync(MessageType.End, new byte[16])).Type);
        Assert.Equal((MessageType.Error, EBUSY), ((await freezing).Type, (await freezing).I32(0)));
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Signal_ToTheRootOfAStoppedTree_LetsAllGoOn()
    {
        Counters counters = await Counters.LaunchAsync(cgroup: false, leaseMaxMs: 60_000);
        using ShimUnderTest shim = counters.Shim;
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(60_000))).Type);
        await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGCONT, 0));
        Assert.False((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        await counters.GoOnAsync(1_000);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("main")]
    [InlineData("thread")]
    public async Task Freeze_OneWaitsForItsChildToExecute_StopsThatChildOnlyAfterwards(string spawner)
    {
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed.");
        string room = Directory.CreateTempSubdirectory("shim-test-").FullName;
        string fifo = Path.Combine(room, "fifo");
        Native.WaitPid(Spawner.Spawn("/usr/bin/mkfifo", ["mkfifo", fifo], [], [], 0), out _, 0);
        using ShimUnderTest shim = await Trees.LaunchAsync(
            Trees.Specification([Python, TestPrograms.Python("spawn-waits"), fifo, spawner], cgroup: false), new ShimOptions { RunDirectory = room });
        await ShimUnderTest.WaitForAsync(() => Counters.Descendants(shim.Pid).Count > 1, "the child");
        Message refused = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        Assert.Equal((MessageType.Error, ETIMEDOUT), (refused.Type, refused.I32(0)));

        Task<Message> freezing = shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        int writer = Native.Open(fifo, Native.O_RDWR);
        Message answer = await freezing;
        Native.Close(writer);
        Assert.Equal(MessageType.Done, answer.Type);
        await NobodyMovesAsync(shim);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_OneWaitsForTheKernel_IsRefusedInTimeAndNobodyIsLeftStopped()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("vfork"), cgroup: false));
        await ShimUnderTest.WaitForAsync(() => Counters.Descendants(shim.Pid).Any(pid => Counters.StateOf(pid) == 'D'), "the process in state D");
        long started = TimeProvider.System.GetTimestamp();
        Message answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        TimeSpan took = TimeProvider.System.GetElapsedTime(started);
        Assert.Equal((MessageType.Error, ETIMEDOUT), (answer.Type, answer.I32(0)));
        Assert.InRange(took.TotalMilliseconds, 150, 5_000);
        Assert.False((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        int before = shim.Output.Length;
        await ShimUnderTest.WaitForAsync(() => shim.Output.Length > before, "the root program to go on", 1_000);
        Assert.Contains(" freeze-failed errno=110\n", shim.File("journal"), StringComparison.Ordinal);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("storm")]
    [InlineData("hoppers")]
    public async Task Freeze_AStorm_IsHadOrRefusedAndNobodyIsLeftStopped(string tree)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup: false));
        for (int i = 0; i < 10; i++)
        {
            Message answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
            if (answer.Type == MessageType.Error) Assert.Contains(answer.I32(0), new[] { EAGAIN, ETIMEDOUT });
            else await NobodyMovesAsync(shim);
            await shim.Host.RequestAsync(MessageType.Thaw);
            await ShimUnderTest.WaitForAsync(() => !Counters.Descendants(shim.Pid).Any(pid => Counters.StateOf(pid) == 'T'), "nobody to be stopped", 1_000);
        }

        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("crowd", 500)]
    [InlineData("chain", 100)]
    public async Task Freeze_ManyProcesses_IsHadInTime(string tree, int count)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl(tree, count.ToString(CultureInfo.InvariantCulture)), cgroup: false));
        // On a busy machine one attempt may take longer than it is given.
        Message answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        for (int attempt = 1; answer.Type == MessageType.Error && attempt < 10; attempt++)
        {
            Assert.Contains(answer.I32(0), new[] { EAGAIN, ETIMEDOUT });
            answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        }

        Assert.Equal(MessageType.Done, answer.Type);
        await NobodyMovesAsync(shim);
        await shim.Host.RequestAsync(MessageType.Thaw);
        await ShimUnderTest.WaitForAsync(() => !Counters.Descendants(shim.Pid).Any(pid => Counters.StateOf(pid) == 'T'), "nobody to be stopped", 1_000);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Freeze_SomeLeftTheCgroup_TheyStandStillToo()
    {
        TestCgroup? place = TestCgroup.TryCreate();
        Assert.SkipWhen(place is null, "No writable cgroup v2 for this user on this machine.");
        using TestCgroup elsewhere = place;
        string procs = Path.Combine(elsewhere.Elsewhere, "cgroup.procs");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("walkers", procs, "6"), cgroup: true));
        string[] walkers = File.ReadAllLines(procs);
        await FreezeAsync(shim);
        Assert.Equal(6, walkers.Length);
        Assert.All(walkers, pid => Assert.Equal('T', Counters.StateOf(int.Parse(pid, CultureInfo.InvariantCulture))));
        Assert.Contains(" frozen stopped=6\n", shim.File("journal"), StringComparison.Ordinal);
        await shim.Host.RequestAsync(MessageType.Thaw);
        await ShimUnderTest.WaitForAsync(() => walkers.All(pid => Counters.StateOf(int.Parse(pid, CultureInfo.InvariantCulture)) == 'S'), "the walkers to go on");
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_WithoutProc_IsRefused()
    {
        Assert.SkipUnless(Native.EffectiveUserId() == 0, "Only root makes such a world.");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false), new ShimOptions { Binary = ShimBinary.In("no-proc") });
        Message answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(100));
        Assert.Equal((MessageType.Error, ENOTSUP, 3u), (answer.Type, answer.I32(0), answer.U32(4)));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_OneMayNotBeStopped_IsRefused()
    {
        // Where pidfds can't be signalled through, as for a program that became another user.
        using ShimUnderTest shim = await Trees.LaunchAsync(
            Trees.Specification("sleeper", cgroup: false), new ShimOptions { Binary = ShimBinary.Refusing(PidfdSendSignal, EPERM) });
        Message answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        Assert.Equal((MessageType.Error, EPERM), (answer.Type, answer.I32(0)));
        Assert.False((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("old-kernel")]
    [InlineData("few-descriptors")]
    public async Task Freeze_WithoutPidfds_IsHadAndEnds(string world)
    {
        ShimBinary binary = world == "old-kernel" ? ShimBinary.OnOldKernel : ShimBinary.In(world);
        Counters counters = await Counters.LaunchAsync(cgroup: false, options: new ShimOptions { Binary = binary });
        using ShimUnderTest shim = counters.Shim;
        await FreezeAsync(shim);
        await counters.StandStillAsync();
        await shim.Host.RequestAsync(MessageType.Thaw);
        await counters.GoOnAsync();
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    private static async Task NobodyMovesAsync(ShimUnderTest shim)
    {
        // One look may miss some while the shim collects the dead.
        for (int look = 0; look < 5; look++)
        {
            Assert.All(Counters.Descendants(shim.Pid), pid => Assert.Contains(Counters.StateOf(pid), "TZX"));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task FreezeAsync(ShimUnderTest shim)
    {
        Message answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        Assert.True(answer.Type == MessageType.Done, $"{answer.Type} {(answer.Type == MessageType.Error ? answer.I32(0) : 0)}");
    }
}
