namespace WorkflowLifecycle.Shim.Tests;

public sealed class FreezeTests
{
    private const int EBUSY = 16, EINVAL = 22, ENOTSUP = 95;

    [Fact(Timeout = 30_000)]
    public async Task Freeze_LeaseEnds_ThawsByItself()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: true));
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(300))).Type);
        Assert.True((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        await ShimUnderTest.WaitForAsync(() => IsFrozen(shim), "the tree to freeze");
        await ShimUnderTest.WaitForAsync(() => !IsFrozen(shim), "the tree to thaw");
        Assert.False((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_ClientGoesAway_Thaws()
    {
        Specification specification = Trees.Specification("sleeper", cgroup: true) with { FreezeLeaseMaxMs = 60_000 };
        using ShimUnderTest shim = await Trees.LaunchAsync(specification);
        ControlClient other = shim.Connect();
        await other.RequestAsync(MessageType.Freeze, Message.Numbers(60_000));
        await ShimUnderTest.WaitForAsync(() => IsFrozen(shim), "the tree to freeze");
        other.Dispose();
        await ShimUnderTest.WaitForAsync(() => !IsFrozen(shim), "the tree to thaw");
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_LongerThanAllowed_IsCapped()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: true) with { FreezeLeaseMaxMs = 200 });
        await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(3_600_000));
        await ShimUnderTest.WaitForAsync(() => !IsFrozen(shim) && shim.File("journal").Contains(" thaw\n", StringComparison.Ordinal), "the tree to thaw", 3_000);
        Assert.Contains(" freeze lease_ms=200\n", shim.File("journal"), StringComparison.Ordinal);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Thaw_AskedFor_Thaws()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: true));
        await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Thaw)).Type);
        Assert.False((await shim.Host.StatusAsync()).Flags.HasFlag(StatusFlags.Frozen));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task End_TreeIsFrozen_EndsIt()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("crowd", cgroup: true));
        await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000));
        Assert.Equal(3u, (await shim.EndAsync()).Proof);
        Message late = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(100));
        Assert.Equal((MessageType.Error, EBUSY), (late.Type, late.I32(0)));
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Freeze_NoCgroupOrNoLease_IsAnError()
    {
        using (ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false)))
        {
            Message answer = await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(100));
            Assert.Equal((MessageType.Error, ENOTSUP, 3u), (answer.Type, answer.I32(0), answer.U32(4)));
            await shim.EndAsync();
            await shim.ReleaseAsync();
        }

        using (ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: true)))
        {
            Message answer = await shim.Host.RequestAsync(MessageType.Freeze);
            Assert.Equal((MessageType.Error, EINVAL), (answer.Type, answer.I32(0)));
            await shim.EndAsync();
            await shim.ReleaseAsync();
        }
    }

    private static bool IsFrozen(ShimUnderTest shim) =>
        File.ReadAllText(Path.Combine(shim.Cgroup.Run, "cgroup.events")).Contains("frozen 1", StringComparison.Ordinal);
}
