namespace WorkflowLifecycle.Shim.Tests;

/// <summary>The other architecture's binary, under qemu-user, where clone3 is missing and the fallback joins the cgroup by itself.</summary>
public sealed class Arm64Tests
{
    private static ShimOptions Arm64()
    {
        Assert.SkipUnless(ShimBinary.QemuIsHere, "qemu-aarch64-static is not installed (or this machine is arm64 itself).");
        return new ShimOptions { Binary = ShimBinary.Arm64UnderQemu };
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false, 0u)]
    [InlineData(true, 2u)]
    public async Task Launch_Arm64_RunsAndLeavesItsRecords(bool cgroup, uint inCgroup)
    {
        using ShimUnderTest shim = ShimUnderTest.Start(Trees.Specification(TestPrograms.Sh("echo hello; exit 3"), cgroup), Arm64());
        await shim.Host.EventAsync(MessageType.Ready);
        Message started = await shim.GoAsync();
        Assert.Equal((MessageType.Started, inCgroup), (started.Type, started.U32(4)));
        Assert.Equal(3, (await shim.Host.EventAsync(MessageType.Exit)).I32(4));
        Assert.Equal(cgroup ? 3u : 1u, (await shim.EmptyAsync()).Proof);
        Assert.Equal("hello\n", shim.Output);
        await shim.ReleaseAsync();
        Assert.Equal("3", shim.Record("exit")["status"]);
        Assert.Equal("0", shim.Record("empty")["sigkills"]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("daemons", false)]
    [InlineData("daemons", true)]
    [InlineData("hoppers", true)]
    [InlineData("crowd", false)]
    [InlineData("stopped", true)]
    public async Task End_Arm64_IsEmptyWithProof(string tree, bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup), Arm64());
        Assert.Equal(cgroup ? 3u : 1u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Freeze_Arm64_StandsStillAndGoesOn(bool cgroup)
    {
        Counters counters = await Counters.LaunchAsync(cgroup, options: Arm64());
        using ShimUnderTest shim = counters.Shim;
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000))).Type);
        await counters.StandStillAsync();
        await shim.Host.RequestAsync(MessageType.Thaw);
        await counters.GoOnAsync();
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Go_Arm64ProgramIsMissing_FailsAtExec()
    {
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Argv = ["/no/such/program"] }, Arm64());
        await shim.Host.EventAsync(MessageType.Ready);
        Message failed = await shim.GoAsync();
        Assert.Equal((MessageType.Failed, (uint)Stage.Exec, 2), (failed.Type, failed.U32(0), failed.I32(4)));
        await shim.LeftAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Output_Arm64ToFiles_IsComplete()
    {
        Specification specification = new() { Argv = TestPrograms.Sh("echo out; echo err >&2"), Flags = LaunchFlags.HostPidfd | LaunchFlags.OutputFiles };
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification, Arm64());
        await shim.EmptyAsync();
        Assert.Equal(("out\n", "err\n"), (shim.File("stdout.log"), shim.File("stderr.log")));
        await shim.ReleaseAsync();
    }
}
