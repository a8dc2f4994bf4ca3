using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Proc;

public sealed class MachineTests
{
    private readonly Machine _machine = Machine.Read();

    private ProcessIdentity Self => _machine.Identify(Environment.ProcessId)!;

    [Fact]
    public void Read_OfThisMachine_KnowsBootAndNamespace()
    {
        Assert.NotEmpty(_machine.HostId);
        Assert.True(Guid.TryParse(_machine.BootId, out _));
        Assert.NotEqual(0UL, _machine.PidNamespace);
        Assert.Equal(_machine, Machine.Read());
    }

    [Fact]
    public void Look_AtThisProcess_IsPresent() => Assert.Equal(ProcessPresence.Present, _machine.Look(Self));

    [Fact]
    [Trait("Scenario", "S02")]
    public void Look_AtAnotherStart_IsGone() =>
        Assert.Equal(ProcessPresence.Gone, _machine.Look(Self with { StartTicks = Self.StartTicks - 1 }));

    [Fact]
    [Trait("Scenario", "S03")]
    public void Look_AtAnotherBoot_IsOtherBoot() =>
        Assert.Equal(ProcessPresence.OtherBoot, _machine.Look(Self with { BootId = Guid.NewGuid().ToString() }));

    [Fact]
    public void Look_AtABootThatNobodyKnew_IsElsewhere() =>
        Assert.Equal(ProcessPresence.Elsewhere, _machine.Look(Self with { BootId = "unknown" }));

    [Fact]
    [Trait("Scenario", "S47")]
    public void Look_AtAnotherHost_IsElsewhere() =>
        Assert.Equal(ProcessPresence.Elsewhere, _machine.Look(Self with { HostId = "elsewhere" }));

    [Fact]
    public void Look_AtAnotherHostAndBoot_IsElsewhere() =>
        Assert.Equal(ProcessPresence.Elsewhere, _machine.Look(Self with { HostId = "elsewhere", BootId = Guid.NewGuid().ToString() }));

    [Fact]
    public void Look_AtAnotherNamespace_IsElsewhere()
    {
        Assert.Equal(ProcessPresence.Elsewhere, _machine.Look(Self with { PidNamespace = 1 }));
        Assert.Equal(ProcessPresence.Elsewhere, _machine.Look(Self with { PidNamespaceStartTicks = ulong.MaxValue }));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S02")]
    public async Task Identify_SomebodyElseHasTheNumber_IsNobody()
    {
        using Child child = Child.Sleeping();

        Assert.Equal(_machine.Identify(child.Pid), _machine.Identify(child.Pid, stat => stat.ParentPid == Environment.ProcessId));
        Assert.Null(_machine.Identify(child.Pid, stat => stat.ParentPid == 1));
        child.End();
        await child.WaitAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Look_AtAChildThatWasCollected_IsGone()
    {
        using Child child = Child.Sleeping();
        ProcessIdentity identity = _machine.Identify(child.Pid)!;
        Assert.Equal(ProcessPresence.Present, _machine.Look(identity));

        child.End();
        await child.WaitAsync();

        Assert.Equal(ProcessPresence.Gone, _machine.Look(identity));
        Assert.Null(_machine.Identify(child.Pid));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S11")]
    public async Task Look_AtAZombie_IsGone()
    {
        // The shell forks, and becomes a program that never waits for its child.
        using Child parent = Child.Start("sh", "-c", "sleep 0.3 & echo $!; exec sleep 60");
        int pid = int.Parse((await parent.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        ProcStat stat;
        while (ProcessReader.TryReadStat(pid, out stat) && stat.State != 'Z')
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal('Z', stat.State);
        Assert.Equal(ProcessPresence.Gone, _machine.Look(_machine.Identify(pid)!));
    }
}
