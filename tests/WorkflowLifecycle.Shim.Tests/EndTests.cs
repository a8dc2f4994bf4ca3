namespace WorkflowLifecycle.Shim.Tests;

public sealed class EndTests
{
    public static TheoryData<string, bool> TreesWithAndWithoutCgroup =>
        new(Trees.Names.SelectMany(name => new[] { (name, false), (name, true) }));

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(TreesWithAndWithoutCgroup))]
    [Trait("Scenario", "S01")]
    [Trait("Scenario", "S06")]
    [Trait("Scenario", "S07")]
    [Trait("Scenario", "S08")]
    [Trait("Scenario", "S09")]
    public async Task End_NastyTree_IsEmptyWithProof(string tree, bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup));

        EmptyEvent empty = await shim.EndAsync();

        Assert.Equal(cgroup ? 3u : 1u, empty.Proof);
        Assert.Equal(1u, empty.EndedBy);
        Assert.Equal(0u, empty.Walkers);
        Assert.True(empty.Sigkills >= 1);
        Assert.Empty(ChildrenOf(shim.Pid));
        await shim.ReleaseAsync();
        Assert.Equal("1", shim.Record("empty")["ended_by"]);
        Assert.Contains("end kill_id=0102030405060708090a0b0c0d0e0f10", shim.File("journal"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task End_ChildrenLeftTheCgroup_AreCountedAndEnded()
    {
        using TestCgroup? outside = TestCgroup.TryCreate();
        Assert.SkipWhen(outside is null, "No writable cgroup v2 for this user on this machine.");
        string procs = Path.Combine(outside.Elsewhere, "cgroup.procs");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("walkers", procs, "12"), cgroup: true));

        EmptyEvent empty = await shim.EndAsync();

        Assert.Equal(12u, empty.Walkers);
        Assert.Equal(3u, empty.Proof);
        Assert.False(outside.IsPopulated);
        await shim.ReleaseAsync();
        Assert.Equal(12, shim.File("journal").Split(" walker pid=").Length - 1);
    }

    [Fact(Timeout = 30_000)]
    public async Task End_StrangerInTheCgroup_IsEndedToo()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: true));
        int stranger = Spawner.Spawn("/bin/sleep", ["sleep", "60"], [], [], 0);
        File.WriteAllText(Path.Combine(shim.Cgroup.Run, "cgroup.procs"), $"{stranger}");

        EmptyEvent empty = await shim.EndAsync();

        Assert.Equal(3u, empty.Proof);
        Native.WaitPid(stranger, out int status, 0);
        Assert.Equal(Native.SIGKILL, status & 0x7f);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task End_KernelWithoutCgroupKill_EndsMembersOneByOne()
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to hide cgroup.kill behind a mount.");
        using TestCgroup? cgroup = TestCgroup.TryCreate();
        Assert.SkipWhen(cgroup is null, "No writable cgroup v2 on this machine.");
        string hidden = Path.Combine(cgroup.Run, "cgroup.kill");
        Native.Mount("/dev/full", hidden, null, 4096, null);
        try
        {
            int descriptor = Native.Open(cgroup.Run, Native.O_RDONLY | Native.O_DIRECTORY);
            Specification crowd = Trees.Specification(TestPrograms.Perl("crowd", "100"), cgroup: true);
            using ShimUnderTest shim = await Trees.LaunchAsync(crowd, new ShimOptions { CgroupDescriptor = descriptor });
            int stranger = Spawner.Spawn("/bin/sleep", ["sleep", "60"], [], [], 0);
            File.WriteAllText(Path.Combine(cgroup.Run, "cgroup.procs"), $"{stranger}");

            Assert.Equal(3u, (await shim.EndAsync()).Proof);

            Native.WaitPid(stranger, out int status, 0);
            Assert.Equal(Native.SIGKILL, status & 0x7f);
            await shim.ReleaseAsync();
        }
        finally
        {
            Native.Unmount(hidden);
        }
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_TreeMadeCgroupsOfItsOwn_AreNoWalkers(bool oldKernel)
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to write into the cgroup.");
        using TestCgroup? cgroup = TestCgroup.TryCreate();
        Assert.SkipWhen(cgroup is null, "No writable cgroup v2 on this machine.");
        string hidden = Path.Combine(cgroup.Run, "cgroup.kill");
        if (oldKernel) Native.Mount("/dev/full", hidden, null, 4096, null);
        try
        {
            string[] argv = TestPrograms.Sh(
                $"cd '{cgroup.Run}'; mkdir -p a/b c; (echo 0 >a/b/cgroup.procs; sleep 60) & (echo 0 >c/cgroup.procs; setsid sleep 60) & sleep 0.3; echo ready; wait");
            int descriptor = Native.Open(cgroup.Run, Native.O_RDONLY | Native.O_DIRECTORY);
            using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(argv, cgroup: true), new ShimOptions { CgroupDescriptor = descriptor });
            EmptyEvent empty = await shim.EndAsync();
            Assert.Equal((3u, 0u), (empty.Proof, empty.Walkers));
            Assert.False(cgroup.IsPopulated);
            await shim.ReleaseAsync();
        }
        finally
        {
            if (oldKernel) Native.Unmount(hidden);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("daemons", true)]
    [InlineData("hoppers", false)]
    [InlineData("crowd", false)]
    [InlineData("crowd", true)]
    public async Task End_OldKernel_IsEmptyWithProof(string tree, bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup), new ShimOptions { Binary = ShimBinary.OnOldKernel });
        Assert.Equal(cgroup ? 3u : 1u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
        Assert.Contains(cgroup ? " in_cgroup=2\n" : " in_cgroup=0\n", shim.File("journal"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task End_BeforeGo_NothingEverRuns()
    {
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Argv = TestPrograms.Sh("echo ran"), Flags = LaunchFlags.HostPidfd });
        await shim.Host.EventAsync(MessageType.Ready);
        using ControlClient other = shim.Connect();
        Assert.Equal(MessageType.Done, (await other.RequestAsync(MessageType.End, new byte[16])).Type);
        EmptyEvent empty = await shim.EmptyAsync();

        Message answer = await shim.GoAsync();

        Assert.Equal((MessageType.Failed, (uint)Stage.Clone, 125), (answer.Type, answer.U32(0), answer.I32(4)));
        Assert.Equal(0u, empty.Sigkills);
        await shim.LeftAsync();
        Assert.Equal("", shim.Output);
    }

    [Fact(Timeout = 30_000)]
    public async Task End_TreeIsEmptyAlready_AnswersEmptyAtOnceAndKeepsTheExit()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Trees.Specification(TestPrograms.Sh("exit 7"), cgroup: false));
        await shim.EmptyAsync();
        using ControlClient other = shim.Connect();
        Assert.Equal(MessageType.Done, (await other.RequestAsync(MessageType.End, new byte[16])).Type);
        EmptyEvent again = EmptyEvent.From(await other.EventAsync(MessageType.Empty));
        Assert.Equal((0u, 0u), (again.Sigkills, again.EndedBy));
        await shim.ReleaseAsync();
        Assert.Equal("7", shim.Record("exit")["status"]);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S11")]
    public async Task Shim_OrphansEnd_AreReapedWhileTheRootRuns()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(
            TestPrograms.Sh("for i in 1 2 3 4 5 6 7 8; do (sleep 0.05 & exit 0) ; done; echo ready; exec sleep 60"), cgroup: false));
        int root = (await shim.Host.StatusAsync()).RootPid;
        await ShimUnderTest.WaitForAsync(() => ChildrenOf(shim.Pid) is [string only] && only == $"{root}", "the orphans to be reaped");
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    private static string[] ChildrenOf(int pid) =>
        File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
