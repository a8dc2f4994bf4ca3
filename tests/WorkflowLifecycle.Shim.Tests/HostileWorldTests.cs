namespace WorkflowLifecycle.Shim.Tests;

/// <summary>What a host, a machine or a tree may do to the shim, without making it lie.</summary>
public sealed class HostileWorldTests
{
    private const int EAGAIN = 11;

    [Fact(Timeout = 30_000)]
    public async Task Shim_HostIgnoresSigchld_StillKnowsTheExitCodeAndReaps()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("(sleep 0.05 &); sleep 0.2; exit 5"), cgroup: false), World("ignored-sigchld"));
        Message exit = await shim.Host.EventAsync(MessageType.Exit);
        Assert.Equal((1u, 5), (exit.U32(0), exit.I32(4)));
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("hoppers", false)]
    [InlineData("crowd", false)]
    [InlineData("daemons", true)]
    [Trait("Scenario", "S29")]
    public async Task End_DescriptorsAreUsedUpByClients_StillEnds(string tree, bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup), World("few-descriptors"));
        List<ControlClient> clients = [.. Enumerable.Range(0, 20).Select(_ => shim.Connect())];
        Assert.Equal(cgroup ? 3u : 1u, (await shim.EndAsync()).Proof);
        foreach (ControlClient client in clients) client.Dispose();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Go_ForkIsRefused_FailsAtClone()
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to become another user.");
        using ShimUnderTest shim = ShimUnderTest.Start(Trees.Specification("sleeper", cgroup: false), AsNobody("nobody-no-fork"));
        await shim.Host.EventAsync(MessageType.Ready);
        Message failed = await shim.GoAsync();
        Assert.Equal((MessageType.Failed, Stage.Clone, EAGAIN), (failed.Type, (Stage)failed.U32(0), failed.I32(4)));
        await shim.LeftAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("daemons")]
    [InlineData("hoppers")]
    [InlineData("stopped")]
    public async Task End_OrdinaryUserWithoutACgroup_IsEmptyWithProof(string tree)
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to become another user.");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup: false), AsNobody("nobody"));
        Assert.Equal(1u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Shim_ItsOwnTreeTriesToLookIn_IsRefused()
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to become another user.");
        using ShimUnderTest shim = await Trees.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("ls /proc/$PPID/fd /proc/self/fd | wc -l; cat /proc/$PPID/environ && echo read; echo ready; sleep 60"), cgroup: false),
            AsNobody("nobody"));
        Assert.Contains("/fd': Permission denied", shim.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("read\n", shim.Output.Replace("ready\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("crowd", true)]
    [InlineData("ignoring", false)]
    [InlineData("sleeper", false)]
    public async Task End_NoProcFileSystem_IsEmptyWithProof(string tree, bool cgroup)
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to unmount /proc in a namespace.");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup), World("no-proc"));
        Assert.Equal(cgroup ? 3u : 1u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task End_NoProcAndAnEscapedDaemon_IsNotCalledEmpty()
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to unmount /proc in a namespace.");
        using ShimUnderTest shim = await Trees.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("setsid sleep 5 & sleep 0.5; echo ready; sleep 60"), cgroup: false), World("no-proc"));
        await shim.Host.RequestAsync(MessageType.End, new byte[16]);
        await shim.Host.EventAsync(MessageType.Exit);
        ShimStatus status = await shim.Host.StatusAsync();
        Assert.Equal((2u, StatusFlags.Ending), (status.Phase, status.Flags));
        Assert.True(shim.Host.IsSilentFor(300));
        // What could not be named ends by itself in the end; the exit code did not wait for it.
        await ShimUnderTest.WaitForAsync(() => shim.Has("exit"), "the exit record", 3_500);
        Assert.Equal(1u, (await shim.EmptyAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_TreeMadePidNamespaces_IsEmptyWithProof(bool cgroup)
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to make a PID namespace.");
        string[] argv = TestPrograms.Sh("unshare -pf sh -c 'sleep 60 & (sleep 60 &) ; echo ready; sleep 60' & wait");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(argv, cgroup));
        Assert.Equal(cgroup ? 3u : 1u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S20")]
    public async Task End_SomebodyPutTheShimIntoTheRunsCgroup_SurvivesAndReports()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("daemons", cgroup: true));
        await File.WriteAllTextAsync(Path.Combine(shim.Cgroup.Run, "cgroup.procs"), $"{shim.Pid}", TestContext.Current.CancellationToken);
        Assert.Equal(3u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S20")]
    public async Task Shim_IsStoppedByItsTree_AnswersAgainOnceContinued()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Sh("sleep 0.5; kill -STOP $PPID; echo ready; sleep 60"), cgroup: true));
        shim.Host.Post(MessageType.Status);
        Assert.True(shim.Host.IsSilentFor(250));
        Native.Kill(shim.Pid, Native.SIGCONT);
        await shim.Host.EventAsync(MessageType.StatusReply);
        Assert.Equal(3u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Shim_GetsEverySignalThatCanBeBlocked_GoesOn()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        for (int signo = 1; signo <= 31; signo++)
        {
            if (signo is not (Native.SIGKILL or Native.SIGSTOP)) Native.Kill(shim.Pid, signo);
        }

        Assert.Equal(1u, (await shim.Host.StatusAsync()).Phase);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Output_ProgramPutsAFifoInPlaceOfItsLog_TheShimDoesNotWait()
    {
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        Specification specification = Trees.Specification(TestPrograms.Sh(
            $"cd '{directory}'; mkfifo fifo; echo 1234567890; sleep 0.2; mv fifo stdout.log.1; rm stdout.log; ln stdout.log.1 stdout.log; echo 1234567890; echo more; sleep 0.3"),
            cgroup: false) with
        { Flags = LaunchFlags.HostPidfd | LaunchFlags.OutputFiles, OutputCap = 8 };
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification, new ShimOptions { RunDirectory = directory });
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Shim_NothingHappens_SleepsInEveryPhase()
    {
        Specification specification = Trees.Specification(TestPrograms.Sh("echo ready; sleep 1.5 & sleep 0.7"), cgroup: true) with
        {
            LeftoverGraceMs = Specification.LeaveLeftovers,
            Flags = LaunchFlags.HostPidfd | LaunchFlags.Cgroup | LaunchFlags.OutputFiles,
        };
        using ShimUnderTest shim = ShimUnderTest.Start(specification);
        await shim.Host.EventAsync(MessageType.Ready);
        await SleepsAsync(shim, "waiting for GO");
        await shim.GoAsync();
        await shim.Host.EventAsync(MessageType.Output);
        await SleepsAsync(shim, "running");
        await shim.Host.EventAsync(MessageType.Exit);
        await SleepsAsync(shim, "waiting for leftovers");
        await shim.EmptyAsync();
        await SleepsAsync(shim, "empty");
        using ControlClient other = shim.Connect();
        await other.StatusAsync();
        shim.Host.Dispose();
        await SleepsAsync(shim, "without its host channel");
        await other.RequestAsync(MessageType.Release);
        await shim.LeftAsync();
    }

    private static async Task SleepsAsync(ShimUnderTest shim, string phase)
    {
        await Task.Delay(50, TestContext.Current.CancellationToken);
        long before = Switches(shim);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.True(Switches(shim) - before <= 2, $"{phase}: {Switches(shim) - before} context switches in 300 ms");
    }

    private static long Switches(ShimUnderTest shim) =>
        File.ReadLines($"/proc/{shim.Pid}/status").Where(l => l.Contains("ctxt_switches", StringComparison.Ordinal)).Sum(l => long.Parse(l.Split('\t')[1], null));

    private static ShimOptions World(string world) => new() { Binary = ShimBinary.In(world) };

    private static ShimOptions AsNobody(string world)
    {
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        Native.ChangeMode(directory, 0x1ff);
        return new ShimOptions { Binary = ShimBinary.In(world), RunDirectory = directory };
    }
}
