using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Shim;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Ending;

/// <summary>A tree that is frozen from outside, at each strength; and the holders with which that cannot be had.</summary>
public sealed class FreezingTests
{
    // Two processes, each of which makes a file longer as fast as it can, and one line when it is asked to leave.
    private const string Counters =
        "count() { trap \"echo $1 >> handled; exit 0\" TERM; while :; do printf x >> $1; done; }; (count child) & count root";

    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(600);

    private static async Task<LiveRun> LaunchAsync(bool withCgroup)
    {
        LiveRun run = await LiveRun.LaunchAsync(Counters, withCgroup);
        await GoesOnAsync(run);
        return run;
    }

    private static (long Root, long Child) Read(LiveRun run) => (run.Length("root"), run.Length("child"));

    private static async Task StandsStillAsync(LiveRun run)
    {
        (long, long) before = Read(run);
        await Task.Delay(60, TestContext.Current.CancellationToken);
        Assert.Equal(before, Read(run));
    }

    private static async Task GoesOnAsync(LiveRun run)
    {
        (long root, long child) = Read(run);
        await LiveRun.UntilAsync(() => run.Length("root") > root && run.Length("child") > child);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Freeze_LeaseEnds_GoesOn(bool withCgroup)
    {
        await using LiveRun run = await LaunchAsync(withCgroup);
        await using IContainment containment = run.Open();

        Assert.True(await containment.FreezeAsync(Lease));
        await StandsStillAsync(run);
        await GoesOnAsync(run);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Freeze_ContainmentIsClosed_GoesOnAtOnce(bool withCgroup)
    {
        await using LiveRun run = await LaunchAsync(withCgroup);
        long started;
        await using (IContainment containment = run.Open())
        {
            Assert.True(await containment.FreezeAsync(TimeSpan.FromSeconds(2)));
            await StandsStillAsync(run);
            started = TimeProvider.System.GetTimestamp();
        }

        await GoesOnAsync(run);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2), "It waited for the lease.");
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Thaw_OfAFrozenTree_GoesOnAtOnce(bool withCgroup)
    {
        await using LiveRun run = await LaunchAsync(withCgroup);
        await using IContainment containment = run.Open();
        Assert.True(await containment.FreezeAsync(TimeSpan.FromSeconds(2)));
        long started = TimeProvider.System.GetTimestamp();

        await containment.ThawAsync();
        await GoesOnAsync(run);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2), "It waited for the lease.");
        await containment.ThawAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signal_InTheFreeze_RunsNothingButTheHandlers(bool withCgroup)
    {
        await using LiveRun run = await LaunchAsync(withCgroup);
        await using IContainment containment = run.Open();
        Assert.True(await containment.FreezeAsync(TimeSpan.FromSeconds(2)));

        int signalled = await containment.SignalAsync(15, SignalScope.WholeTree, TimeSpan.FromSeconds(5));
        await containment.ThawAsync();
        EndNotice end = (await containment.WatchEndAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal((2, 0u), (signalled, end.ForcedKills));
        Assert.Equal(["child", "root"], File.ReadAllLines(run.File("handled")).Order());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_OfAFrozenTree_IsProvenAtOnce(bool withCgroup)
    {
        await using LiveRun run = await LaunchAsync(withCgroup);
        await using IContainment containment = run.Open();
        Assert.True(await containment.FreezeAsync(TimeSpan.FromSeconds(2)));
        long started = TimeProvider.System.GetTimestamp();

        await containment.EndAsync(KillId.New(TimeProvider.System));
        EndNotice end = (await containment.WaitForEndAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(withCgroup ? EndProof.CgroupAndReaperEmpty : EndProof.ReaperEmpty, end.Proof);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2), "It waited for the lease.");
    }

    [Fact(Timeout = 30_000)]
    public async Task Signal_TheShimWasKilledInTheFreeze_RunsTheHandlersAllTheSame()
    {
        await using LiveRun run = await LaunchAsync(withCgroup: true);
        await using IContainment containment = run.Open();
        Assert.True(await containment.FreezeAsync(TimeSpan.FromSeconds(2)));
        Assert.True(Machine.Read().Signal(run.Record.Shim!, 9));
        await containment.WatchEndAsync(TestContext.Current.CancellationToken);
        await StandsStillAsync(run);

        await using IContainment next = run.Open();
        Assert.False(await next.FreezeAsync(Lease));
        Assert.Equal(2, await next.SignalAsync(15, SignalScope.WholeTree, TimeSpan.Zero));
        await LiveRun.UntilAsync(() => next.IsPopulated() == false);
        Assert.Equal(["child", "root"], File.ReadAllLines(run.File("handled")).Order());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Signal_MainProcess_ReachesItAloneAlsoWhenItIsStopped(bool withCgroup, bool withoutShim)
    {
        const string Script = "trap 'echo root >> handled' USR1; (trap 'echo child >> handled' USR1; echo ready > child; while :; do sleep 0.02; done) & "
            + "echo ready > root; kill -STOP $$; while :; do sleep 0.02; done";
        await using LiveRun run = await LiveRun.LaunchAsync(Script, withCgroup);
        await using IContainment containment = run.Open();
        await LiveRun.UntilAsync(() => run.Length("child") > 0 && containment.Inspect(InspectionDepth.Full, TimeSpan.FromSeconds(1)).Processes.Any(process => process.State == 'T'));
        if (withoutShim)
        {
            Assert.True(Machine.Read().Signal(run.Record.Shim!, 9));
            await LiveRun.UntilAsync(() => Machine.Read().Look(run.Record.Shim!) == ProcessPresence.Gone);
        }

        Assert.Equal(1, await containment.SignalAsync(10, SignalScope.MainProcess, TimeSpan.Zero));
        await LiveRun.UntilAsync(() => run.Length("handled") > 0);
        await Task.Delay(60, TestContext.Current.CancellationToken);
        Assert.Equal(["root"], File.ReadAllLines(run.File("handled")));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(null)]
    [InlineData((int)ShimMessageType.Error)]
    [InlineData((int)ShimMessageType.Done)]
    public async Task Freeze_HolderThatCannotOrOnlyTakesTheOrder_IsFalseAndThawed(int? answer)
    {
        using TemporaryDirectory place = new();
        using FakeShim shim = new(place.Path, type => type switch
        {
            ShimMessageType.Watch => (ShimMessageType.StatusReply, new byte[104]),
            ShimMessageType.Freeze => answer is { } known ? ((ShimMessageType)known, [95, 0, 0, 0, 3, 0, 0, 0]) : null,
            _ => (ShimMessageType.Done, []),
        });
        Machine machine = Machine.Read();
        ContainmentRecord record = new()
        {
            Strength = ContainmentStrength.CgroupAndReaper,
            RunDirectory = place.Path,
            CgroupPath = place.File("no-cgroup"),
            CgroupInode = 1,
            Shim = machine.Identify(Environment.ProcessId),
        };
        await using RunContainment containment = new(record, null, machine, TimeProvider.System);
        HoldStatus status = (await containment.ConnectAsync())!;

        Assert.False(await containment.FreezeAsync(Lease));

        Assert.Null(status.StatusText);
        Assert.Equal(TimeSpan.Zero, status.ExtendTimeout);
        Assert.Equal(answer != (int)ShimMessageType.Error, shim.Requests.Contains(ShimMessageType.Thaw));
    }

    [Theory(Timeout = 10_000)]
    [InlineData(0)]
    [InlineData(65)]
    public async Task Signal_OutOfRange_Throws(int signal)
    {
        using TemporaryDirectory place = new();
        ContainmentRecord record = new() { Strength = ContainmentStrength.BestEffort, RunDirectory = place.Path };
        await using RunContainment containment = new(record, null, Machine.Read(), TimeProvider.System);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => containment.SignalAsync(signal, SignalScope.WholeTree, TimeSpan.Zero));
    }
}
