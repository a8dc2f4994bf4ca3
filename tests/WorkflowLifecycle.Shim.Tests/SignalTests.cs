namespace WorkflowLifecycle.Shim.Tests;

public sealed class SignalTests
{
    private const int ESRCH = 3, EINVAL = 22;

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scenario", "S05")]
    public async Task Signal_SigtermToAStoppedTree_RunsEveryHandler(bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("stopped", "15"), cgroup));
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGTERM, 1));
        Assert.Equal((MessageType.Signalled, 16u, 0u), (answer.Type, answer.U32(0), answer.U32(4)));
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((0u, 0u), (empty.Sigkills, empty.EndedBy));
        Assert.Equal(15, shim.Output.Split("handled\n").Length - 1);
        await shim.ReleaseAsync();
        Assert.Contains(" signal signo=15 scope=1 count=16 failed=0\n", shim.File("journal"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Signal_ScopeRoot_ReachesTheRootAlone()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(
            TestPrograms.Sh("(trap 'echo child' USR1; sleep 0.5) & trap 'echo root' USR1; echo ready; wait; wait"), cgroup: false));
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(10, 0));
        Assert.Equal((1u, 0u), (answer.U32(0), answer.U32(4)));
        await shim.EmptyAsync();
        Assert.Equal("ready\nroot\n", shim.Output);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S05")]
    public async Task Signal_ScopeRootToAStoppedRoot_RunsItsHandler()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(
            TestPrograms.Sh("trap 'echo handled; exit 0' TERM; echo ready; kill -STOP $$; sleep 60"), cgroup: false));
        await ShimUnderTest.WaitForAsync(() => Counters.Descendants(shim.Pid).All(pid => Counters.StateOf(pid) == 'T'), "the root program to stop");
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGTERM, 0));
        Assert.Equal((1u, 0u), (answer.U32(0), answer.U32(4)));
        Assert.Equal(0u, (await shim.EmptyAsync()).Sigkills);
        Assert.Equal("ready\nhandled\n", shim.Output);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Signal_NobodyIsThere_SaysSo()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(new Specification());
        await shim.EmptyAsync();
        Message root = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGTERM, 0));
        Message tree = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGTERM, 1));
        Assert.Equal((0u, 1u, ESRCH), (root.U32(0), root.U32(4), root.I32(8)));
        Assert.Equal((0u, 0u, 0), (tree.U32(0), tree.U32(4), tree.I32(8)));
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(0, 0)]
    [InlineData(65, 0)]
    [InlineData(15, 2)]
    public async Task Signal_OutOfRange_IsAnError(uint signo, uint scope)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(signo, scope));
        Assert.Equal((MessageType.Error, EINVAL, 2u), (answer.Type, answer.I32(0), answer.U32(4)));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Signal_ChildWasForkedByASecondThread_ReachesItToo()
    {
        Native.WaitPid(Spawner.Spawn("/usr/bin/perl", ["perl", "-Mthreads", "-e", "1"], [], [], 0), out int status, 0);
        Assert.SkipUnless(status == 0, "This perl has no threads (perl-base alone).");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("forking-thread"), cgroup: false));
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGKILL, 1));
        Assert.Equal((2u, 0u), (answer.U32(0), answer.U32(4)));
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Signal_ToAThousandProcesses_ReachesEachOnce()
    {
        // With a grace: the root may be gone before the last of the others has died of its SIGTERM.
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Perl("crowd", "1000"), cgroup: false) with { LeftoverGraceMs = 20_000 });
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGTERM, 1));
        Assert.InRange(answer.U32(0), 1_001u, 1_200u);
        Assert.Equal(0u, (await shim.EmptyAsync()).Sigkills);
        await shim.ReleaseAsync();
    }
}
