namespace WorkflowLifecycle.Shim.Tests;

[Trait("Scenario", "S23")]
public sealed class HostDeathTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(LaunchFlags.KillOnHostExit)]
    [InlineData(LaunchFlags.None)]
    public async Task Shim_HostDiesBeforeGo_LeavesAndNothingRan(LaunchFlags policy)
    {
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Argv = TestPrograms.Sh("echo ran"), Flags = LaunchFlags.HostPidfd | policy });
        await shim.Host.EventAsync(MessageType.Ready);
        shim.HostProcess.Die();
        await shim.LeftAsync();
        Assert.Equal("", shim.Output);
        Assert.False(shim.Has("exit"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(LaunchFlags.HostPidfd)]
    [InlineData(LaunchFlags.None)]
    public async Task Shim_ChannelClosesBeforeGo_Leaves(LaunchFlags flags)
    {
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Flags = flags });
        await shim.Host.EventAsync(MessageType.Ready);
        shim.Host.Dispose();
        await shim.LeftAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("daemons", true)]
    [InlineData("hoppers", false)]
    [InlineData("crowd", true)]
    public async Task Shim_HostDiesAndPolicyIsKill_EndsTheTreeAndLeaves(string tree, bool cgroup)
    {
        Specification specification = Trees.Specification(tree, cgroup);
        using ShimUnderTest shim = await Trees.LaunchAsync(specification with { Flags = specification.Flags | LaunchFlags.KillOnHostExit });

        // The channel stays open, as when a process of the tree holds a copy of the host's end: only the pidfd tells.
        shim.HostProcess.Die();
        EmptyEvent empty = await shim.EmptyAsync();

        Assert.Equal((cgroup ? 3u : 1u, 2u), (empty.Proof, empty.EndedBy));
        await shim.LeftAsync();
        Assert.Equal("2", shim.Record("empty")["ended_by"]);
        Assert.Contains(" host-exit\n", shim.File("journal"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Shim_NoPidfdAndChannelCloses_TakesItForTheHostsDeath()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("daemons", cgroup: false) with { Flags = LaunchFlags.KillOnHostExit });
        shim.Host.Dispose();
        await shim.LeftAsync();
        Assert.Equal("2", shim.Record("empty")["ended_by"]);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S24")]
    public async Task Shim_HostDiesAndPolicyIsKeep_GoesOnAndLeavesItsRecords()
    {
        Specification specification = Trees.Specification(TestPrograms.Sh("echo ready; while [ ! -e go ]; do sleep 0.02; done; echo after; exit 9"), cgroup: true);
        string place = Directory.CreateTempSubdirectory("shim-test-").FullName;
        using ShimUnderTest shim = await Trees.LaunchAsync(specification with { Directory = place }, new ShimOptions { RunDirectory = place });
        shim.HostProcess.Die();
        shim.Host.Dispose();
        using (ControlClient other = shim.Connect())
        {
            ShimStatus status = await other.StatusAsync();
            Assert.Equal((1u, StatusFlags.HostGone | StatusFlags.HasCgroup), (status.Phase, status.Flags));
        }

        await File.WriteAllTextAsync(Path.Combine(place, "go"), "", TestContext.Current.CancellationToken);
        await shim.LeftAsync();
        Assert.Equal("9", shim.Record("exit")["status"]);
        Assert.Equal("0", shim.Record("empty")["ended_by"]);
        Assert.EndsWith("after\n", shim.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Shim_HostGoneAndAClientConnected_StaysAsWitness()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Trees.Specification(TestPrograms.Sh("sleep 0.2; exit 4"), cgroup: false));
        using (ControlClient other = shim.Connect())
        {
            await other.RequestAsync(MessageType.Watch);
            shim.HostProcess.Die();
            await other.EventAsync(MessageType.Empty);
            await Task.Delay(2_500, TestContext.Current.CancellationToken);
            Assert.Equal(3u, (await other.StatusAsync()).Phase);
        }

        await shim.LeftAsync();
    }
}
