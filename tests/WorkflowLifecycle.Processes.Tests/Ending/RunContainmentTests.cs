using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Ending;

/// <summary>What a containment says of a run whose shim is gone.</summary>
public sealed class RunContainmentTests : IDisposable
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    private readonly Machine _machine = Machine.Read();
    private readonly TemporaryDirectory _run = new();

    public void Dispose() => _run.Dispose();

    private RunContainment Open(string cgroupPath, ulong inode, Func<ProcessIdentity, ProcessIdentity> shim)
    {
        ProcessIdentity gone = _machine.Identify(Environment.ProcessId)! with { StartTicks = 1 };
        ContainmentRecord record = new()
        {
            Strength = ContainmentStrength.CgroupAndReaper,
            RunDirectory = _run.Path,
            CgroupPath = cgroupPath,
            CgroupInode = inode,
            Shim = shim(gone),
        };
        return new RunContainment(record, null, _machine, TimeProvider.System);
    }

    private static (string Path, ulong Inode) RemovedCgroup()
    {
        using RunCgroup cgroup = RunCgroup.Create(CgroupPlace.Require(), "unit-" + Guid.NewGuid().ToString("N"));
        Assert.Null(cgroup.Remove());
        return (cgroup.Path, cgroup.Inode);
    }

    [Fact(Timeout = 30_000)]
    public async Task IsPopulated_CgroupRemovedHere_IsFalse()
    {
        (string path, ulong inode) = RemovedCgroup();
        await using RunContainment containment = Open(path, inode, shim => shim);
        Assert.False(containment.IsPopulated());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S47")]
    public async Task IsPopulated_CgroupOfAnotherNamespaceOrHost_IsUnknown()
    {
        // A container that shares the store sees a cgroup tree of its own: that a path is missing in it says nothing of the machine's.
        (string path, ulong inode) = RemovedCgroup();
        await using RunContainment otherNamespace = Open(path, inode, shim => shim with { PidNamespace = 1 });
        await using RunContainment otherHost = Open(path, inode, shim => shim with { HostId = "elsewhere" });

        Assert.Null(otherNamespace.IsPopulated());
        Assert.Null(otherHost.IsPopulated());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S03")]
    public async Task Inspect_AfterAReboot_LooksAtNobody()
    {
        (string path, ulong inode) = RemovedCgroup();
        await using RunContainment containment = Open(path, inode, shim => shim with { BootId = Guid.NewGuid().ToString() });

        Assert.Null(containment.IsPopulated());
        Assert.Empty(containment.Inspect(InspectionDepth.Full, TimeSpan.FromSeconds(1)).Processes);
        Assert.Equal(0, await containment.SignalAsync(15, SignalScope.WholeTree, TimeSpan.Zero));
    }

    [Fact(Timeout = 30_000)]
    public async Task Status_OfALostShim_IsItsRecord()
    {
        // A shim that was killed leaves its socket.
        _run.Write("ctl", "");
        await using RunContainment containment = Open(_run.File("none"), 1, shim => shim);
        Assert.Null(await containment.ConnectAsync());

        _run.Write("exit", "how=1\nstatus=5\n");
        _run.Write("empty", "proof=3\n");

        HoldStatus status = (await containment.ConnectAsync())!;
        Assert.True(status.IsEmpty);
        Assert.Equal(5, status.End!.Exit!.ExitCode);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S22")]
    public async Task Status_OfAShimThatLeftAtTheGate_IsNeverStarted()
    {
        await using RunContainment containment = Open(_run.File("none"), 1, shim => shim);

        Assert.Equal(EndProof.NeverStarted, (await containment.ConnectAsync())!.End!.Proof);
    }

    [Fact(Timeout = 30_000)]
    public async Task WaitForEnd_WhereTheCgroupCannotBeSeen_WaitsAndNeverProves()
    {
        await using RunContainment containment = Open(_run.File("none"), 1, shim => shim);
        _run.Write("empty", "proof=3\n");
        using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => containment.WaitForEndAsync(limit.Token));
        Assert.Equal(ContainmentStrength.CgroupOnly, containment.Strength);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_OfOneWhoseMemoryIsLocked_WaitsForNobodysMemory(bool withCgroup)
    {
        HungFileSystem server = await HungFileSystem.MountAsync();
        await using LiveRun run = await LiveRun.LaunchAsync("exec " + LockedMemory.Command(server), withCgroup);

        // Goes first: a process that waits for it does not leave before.
        using HungFileSystem first = server;
        await LockedMemory.LockAsync(server, run);
        Assert.Equal(0, Libc.Kill(run.Record.Shim!.Pid, Libc.SignalKill));
        await using IContainment containment = run.Open();

        Assert.True(await Task.Run(() => containment.SignalAsync(Libc.SignalTerminate, SignalScope.WholeTree, TimeSpan.Zero)).WaitAsync(_soon) > 0);
        await Task.Run(() => containment.EndAsync(KillId.New(TimeProvider.System))).WaitAsync(_soon);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(1));
        Exception? thrown = await Record.ExceptionAsync(() => Task.Run(() => containment.WaitForEndAsync(limit.Token)).WaitAsync(_soon));

        // Where there is no cgroup nobody knows that a thread is left.
        Assert.True(thrown is OperationCanceledException || (thrown is null && !withCgroup), thrown?.ToString() ?? "It was said to have ended.");
    }

    [Fact(Timeout = 30_000)]
    public async Task Look_WhereOnlyOneWithLockedMemoryCouldShowTheSession_IsUnsureAndNoEnd()
    {
        HungFileSystem server = await HungFileSystem.MountAsync();
        await using LiveRun run = await LiveRun.LaunchAsync(LockedMemory.Command(server) + " & exec sleep 60", withCgroup: false);

        // Goes first: a process that waits for it does not leave before.
        using HungFileSystem first = server;
        await LockedMemory.LockAsync(server, run);
        Assert.Equal(0, Libc.Kill(run.Record.Shim!.Pid, Libc.SignalKill));
        Assert.Equal(0, Libc.Kill(run.Run.Root!.Pid, Libc.SignalKill));
        await LiveRun.UntilAsync(() => !ProcessReader.TryReadStat(run.Run.Root!.Pid, out _));
        await using IContainment containment = run.Open();

        foreach (InspectionDepth depth in new[] { InspectionDepth.Members, InspectionDepth.Shallow })
        {
            Assert.True((await Task.Run(() => containment.Inspect(depth, TimeSpan.FromSeconds(1))).WaitAsync(_soon)).Truncated);
            Assert.Equal(0, await Task.Run(() => containment.Count(depth)).WaitAsync(_soon));
        }

        await Task.Run(() => containment.EndAsync(KillId.New(TimeProvider.System))).WaitAsync(_soon);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => containment.WaitForEndAsync(limit.Token)).WaitAsync(_soon));
    }
}
