using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>The processes in a run's cgroup, and the descendants of its shim.</summary>
internal sealed class TreeMembership(RunCgroup? cgroup, ProcessIdentity? shim, Machine machine) : IMembership
{
    public HashSet<int> Confirm(PinnedProcesses pinned)
    {
        // Listed a second time, now that the numbers cannot change hands unnoticed.
        List<int> inCgroup = [];
        cgroup?.AddProcesses(inCgroup);
        HashSet<int> members = [.. inCgroup.Where(pinned.Stats.ContainsKey)];

        // Looked at after the parents were read: if the shim is there now, its number was its own then.
        if (shim is not null && machine.Look(shim) == ProcessPresence.Present)
        {
            members.UnionWith(pinned.Stats.Values.Where(stat => stat.ParentPid == shim.Pid).Select(stat => stat.Pid));
        }

        pinned.AddDescendants(members);
        return members;
    }
}
