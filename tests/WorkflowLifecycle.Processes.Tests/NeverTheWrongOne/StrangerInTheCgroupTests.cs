using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.NeverTheWrongOne;

/// <summary>What is not promised: whoever moves a stranger into a run's cgroup makes it part of the run.</summary>
public sealed class StrangerInTheCgroupTests
{
    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S02")]
    public async Task End_StrangerWasMovedIntoTheCgroup_IsNamedAndEndsWithTheRun()
    {
        using TemporaryDirectory run = new();
        using Child stranger = Child.Sleeping();
        using RunCgroup cgroup = RunCgroup.Create(CgroupPlace.Require(), "unit-" + Guid.NewGuid().ToString("N"));
        await File.WriteAllTextAsync(cgroup.Path + "/cgroup.procs", stranger.Pid.ToString(CultureInfo.InvariantCulture));
        Machine machine = Machine.Read();
        ContainmentRecord record = new()
        {
            Strength = ContainmentStrength.CgroupAndReaper,
            RunDirectory = run.Path,
            CgroupPath = cgroup.Path,
            CgroupInode = cgroup.Inode,
            Shim = machine.Identify(Environment.ProcessId)! with { StartTicks = 1 },
        };
        await using (RunContainment containment = new(record, null, machine, TimeProvider.System))
        {
            ProcessSnapshot seen = Assert.Single(containment.Inspect(InspectionDepth.Full, TimeSpan.FromSeconds(5)).Processes);
            Assert.Equal((stranger.Pid, "cgroup"), (seen.Pid, seen.BelongsBecause));

            await containment.EndAsync(KillId.New(TimeProvider.System));
            await stranger.WaitAsync();
            Assert.Equal(EndProof.CgroupEmpty, (await containment.WaitForEndAsync())!.Proof);
        }

        Assert.Null(cgroup.Remove());
    }
}
