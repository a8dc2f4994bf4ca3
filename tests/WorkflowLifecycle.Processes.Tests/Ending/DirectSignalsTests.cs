using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Ending;

public sealed class DirectSignalsTests
{
    // This process plays the shim.
    private static readonly Machine _machine = Machine.Read();
    private readonly TreeMembership _children = new(null, _machine.Identify(Environment.ProcessId), _machine);

    private static ProcessSnapshot Snapshot(int pid, long startOffset = 0)
    {
        Assert.True(ProcessReader.TryReadStat(pid, out ProcStat stat));
        return new ProcessSnapshot { Pid = pid, StartTicks = stat.StartTicks + (ulong)startOffset, Name = stat.Name };
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S72")]
    public async Task Send_ToItselfItsAncestorsAndTheFirst_SignalsNone()
    {
        // SIGUSR1 would end this process and most others; nothing is sent, or this test does not return.
        const int userSignal = 10;
        ProcessSnapshot[] untouchable = [.. Ancestry.OfThisProcess().Where(pid => pid > 0).Select(pid => Snapshot(pid))];
        Assert.True(untouchable.Length >= 2);

        Assert.Equal(0, await Task.Run(() => DirectSignals.Send(untouchable, _children, null, userSignal)));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S02")]
    public async Task Send_ToAPidWithAnotherStart_LeavesTheStrangerAlone()
    {
        using Child stranger = Child.Sleeping();

        Assert.Equal(0, DirectSignals.Send([Snapshot(stranger.Pid, -1), Snapshot(stranger.Pid, 1)], _children, null, Libc.SignalKill));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(stranger.HasExited);
    }

    [Theory]
    [Trait("Scenario", "S72")]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Send_ToWhatIsNoProcess_SignalsNone(int pid) =>
        Assert.Equal(0, DirectSignals.Send([new ProcessSnapshot { Pid = pid }], _children, null, Libc.SignalKill));

    [Fact(Timeout = 30_000)]
    public async Task Send_SeveralSignals_CountsEachProcessOnce()
    {
        using Child first = Child.Sleeping();
        using Child second = Child.Sleeping();

        Assert.Equal(2, DirectSignals.Send([Snapshot(first.Pid), Snapshot(second.Pid)], _children, null, Libc.SignalStop, Libc.SignalKill));
        await first.WaitAsync();
        await second.WaitAsync();
    }
}
