namespace WorkflowLifecycle.Shim.Tests;

public sealed class LeftoverTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RootExits_LeftoversObeySigterm_AreEndedWithoutSigkill(bool cgroup)
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("sleep 60 & sleep 60 & sleep 60 & exit 2"), cgroup) with { LeftoverGraceMs = 10_000 });
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((3u, 0u, 3u), (empty.Leftovers, empty.Sigkills, empty.EndedBy));
        await shim.ReleaseAsync();
        Assert.Equal("2", shim.Record("exit")["status"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(0u)]
    [InlineData(1u)]
    public async Task RootExits_AfterASignalWithPatience_LeftoversAreGivenIt(uint scope)
    {
        // The child ignores SIGTERM and leaves by itself, well after the grace of the run and well before the patience is over.
        using ShimUnderTest shim = await Trees.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("(trap '' TERM; sleep 1) & trap 'exit 0' TERM; echo ready; wait"), cgroup: false) with { LeftoverGraceMs = 1 });
        await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGTERM, scope, 20_000));
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal(0u, empty.Sigkills);
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RootExits_LeftoversIgnoreSigterm_AreKilledAfterTheGrace(bool cgroup)
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("trap '' TERM; sleep 60 & exit 0"), cgroup) with { LeftoverGraceMs = 300 });
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((1u, 1u, 3u), (empty.Leftovers, empty.Sigkills, empty.EndedBy));
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task RootExits_GraceIsZero_LeftoversAreKilledAtOnce()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Trees.Specification(TestPrograms.Sh("sleep 60 & exit 0"), cgroup: false));
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((1u, 1u, 3u), (empty.Leftovers, empty.Sigkills, empty.EndedBy));
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RootExits_LeftoversAreLeftAlone_EndByThemselves(bool cgroup)
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("sleep 3 & exit 0"), cgroup) with { LeftoverGraceMs = Specification.LeaveLeftovers });
        await shim.Host.EventAsync(MessageType.Exit);
        Assert.Equal(2u, (await shim.Host.StatusAsync()).Phase);
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((1u, 0u, 0u), (empty.Leftovers, empty.Sigkills, empty.EndedBy));
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task RootExits_StrangerStaysInTheCgroup_IsNotEmptyUntilItsGraceIsOver()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("echo ready; sleep 0.3"), cgroup: true) with { LeftoverGraceMs = 300 });
        int stranger = Spawner.Spawn("/bin/sleep", ["sleep", "60"], [], [], 0);
        await File.WriteAllTextAsync(Path.Combine(shim.Cgroup.Run, "cgroup.procs"), $"{stranger}", TestContext.Current.CancellationToken);
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((3u, 1u, 3u), (empty.Proof, empty.Leftovers, empty.EndedBy));
        Native.WaitPid(stranger, out _, 0);
        await shim.ReleaseAsync();
    }
}
