namespace WorkflowLifecycle.Shim.Tests;

/// <summary>Freezing by lease, by the cgroup and by stop signals.</summary>
public sealed class FreezeTests
{
    private const int EAGAIN = 11, EBUSY = 16, EINVAL = 22;

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Freeze_LeaseEnds_NobodyMovesUntilThenAndAllGoOn(bool cgroup)
    {
        Counters counters = await Counters.LaunchAsync(cgroup);
        using ShimUnderTest shim = counters.Shim;
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(400))).Type);
        Assert.True((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        await counters.StandStillAsync();
        await counters.GoOnAsync();
        Assert.False((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        Assert.Contains($" frozen stopped={(cgroup ? 0 : Counters.Count)}\n", shim.File("journal"), StringComparison.Ordinal);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Freeze_ClientIsKilled_AllGoOn(bool cgroup)
    {
        Counters counters = await Counters.LaunchAsync(cgroup, leaseMaxMs: 60_000);
        using ShimUnderTest shim = counters.Shim;
        string said = Path.Combine(shim.RunDirectory, "freezer.out");
        int output = Native.Open(said, Native.O_WRONLY | Native.O_CREAT, 0x180);
        string[] argv = TestPrograms.Perl("freezer", Path.Combine(shim.RunDirectory, "ctl"), "60000");
        int client = Spawner.Spawn(argv[0], argv, [], [(output, 1)], 0);
        Native.Close(output);
        try
        {
            await ShimUnderTest.WaitForAsync(() => File.ReadAllText(said).Length > 0, "the client to freeze the tree");
            Assert.Equal("frozen\n", File.ReadAllText(said));
            await counters.StandStillAsync();
        }
        finally
        {
            Native.Kill(client, Native.SIGKILL);
            Native.WaitPid(client, out _, 0);
        }

        await counters.GoOnAsync(1_000);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Freeze_LongerThanAllowed_IsCapped(bool cgroup)
    {
        Counters counters = await Counters.LaunchAsync(cgroup, leaseMaxMs: 200);
        using ShimUnderTest shim = counters.Shim;
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(3_600_000))).Type);
        await counters.GoOnAsync(3_000);
        Assert.Contains(" freeze lease_ms=200\n", shim.File("journal"), StringComparison.Ordinal);
        Assert.Contains(" thaw\n", shim.File("journal"), StringComparison.Ordinal);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Thaw_AskedFor_Thaws(bool cgroup)
    {
        Counters counters = await Counters.LaunchAsync(cgroup, leaseMaxMs: 60_000);
        using ShimUnderTest shim = counters.Shim;
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(60_000))).Type);
        await counters.StandStillAsync();
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Thaw)).Type);
        Assert.False((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        await counters.GoOnAsync(1_000);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Freeze_TwoClients_LastsUntilTheLastLease(bool cgroup)
    {
        Counters counters = await Counters.LaunchAsync(cgroup, leaseMaxMs: 60_000);
        using ShimUnderTest shim = counters.Shim;
        ControlClient first = shim.Connect();
        await first.RequestAsync(MessageType.Freeze, Message.Numbers(60_000));
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(500))).Type);
        first.Dispose();
        await counters.StandStillAsync();
        await counters.GoOnAsync();
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("crowd", false)]
    [InlineData("crowd", true)]
    [InlineData("chain", false)]
    [InlineData("daemons", false)]
    [InlineData("stopped", false)]
    public async Task End_TreeIsFrozen_EndsItAtOnce(string tree, bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup));
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000))).Type);
        long started = TimeProvider.System.GetTimestamp();
        Assert.Equal(cgroup ? 3u : 1u, (await shim.EndAsync()).Proof);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2), "The end waited for the lease.");
        Message late = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(100));
        Assert.Equal((MessageType.Error, EBUSY), (late.Type, late.I32(0)));
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signal_TreeIsFrozen_RunsNothingButTheHandlersOnceItThaws(bool cgroup)
    {
        Counters counters = await Counters.LaunchAsync(cgroup, leaseMaxMs: 10_000);
        using ShimUnderTest shim = counters.Shim;
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(10_000))).Type);
        string before = counters.Read();
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(Native.SIGTERM, 1, 5_000));
        Assert.Equal((uint)Counters.Count, answer.U32(0));
        await shim.Host.RequestAsync(MessageType.Thaw);
        Assert.Equal(0u, (await shim.EmptyAsync()).Sigkills);
        Assert.Equal(Counters.Count, shim.Output.Split("handled\n").Length - 1);
        Assert.Equal(before, counters.Read());
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Freeze_NoLeaseOrNoProgram_IsAnError(bool cgroup)
    {
        using ShimUnderTest shim = ShimUnderTest.Start(Trees.Specification("sleeper", cgroup));
        await shim.Host.EventAsync(MessageType.Ready);
        Message early = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(100));
        Assert.Equal((MessageType.Error, EAGAIN, 3u), (early.Type, early.I32(0), early.U32(4)));
        await shim.GoAsync();
        Message answer = await shim.Host.RequestAsync(MessageType.Freeze);
        Assert.Equal((MessageType.Error, EINVAL), (answer.Type, answer.I32(0)));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }
}
