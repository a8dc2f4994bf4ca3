using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Who is in the cgroup of a run now, and below it.</summary>
internal static class RunMembers
{
    /// <summary>Their numbers; null where the run has no cgroup, or it can't be asked.</summary>
    public static HashSet<int>? Of(RunRecord run)
    {
        if (run.Containment is not { CgroupPath: { } path } containment || run.Host.BootId != Machine.ThisBoot)
        {
            return null;
        }

        using RunCgroup? cgroup = RunCgroup.Open(path, containment.CgroupInode, out _);
        List<int> members = [];
        cgroup?.AddProcesses(members);
        return cgroup is null ? null : [.. members];
    }

    /// <summary>
    /// The processes that a look was told of, and where that list was cut those of the cgroup. Not in an emergency: a large tree is listed for longer than its first
    /// signal waits.
    /// </summary>
    public static RunProcesses Listed(CleanupContext context)
    {
        IEnumerable<(int, ulong)> listed = context.Processes.Select(process => (process.Pid, process.StartTicks));
        IEnumerable<int> more = context.ProcessesTruncated && context.Mode != KillMode.Emergency ? Of(context.Run) ?? [] : [];
        return new RunProcesses([.. listed, .. more.Select(pid => ProcessReader.TryReadStat(pid, out ProcStat stat) ? (pid, stat.StartTicks) : default).Where(member => member != default)]);
    }
}
