using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>
/// Those who have something of a run and are not on the list of its processes. The list and the look at the machine are not of one instant: who began after the
/// one may be the run's, and who is gone since the other is nobody any more.
/// </summary>
internal static class Outsiders
{
    /// <summary>Why they keep something from being the run's; null when they are its own, or gone.</summary>
    /// <param name="holders">Who has it.</param>
    /// <param name="processes">The run's, as listed.</param>
    /// <param name="context">The look.</param>
    /// <param name="what">What they did, in words.</param>
    public static Doubt? Judge(IEnumerable<ProcessKey> holders, RunProcesses processes, CleanupContext context, string what)
    {
        List<ProcessKey> strangers = [.. holders.Where(holder => !processes.Has(holder)).Distinct().Where(IsThere)];
        if (strangers.Count == 0)
        {
            return null;
        }

        HashSet<int>? members = RunMembers.Of(context.Run);
        strangers.RemoveAll(stranger => members?.Contains(stranger.Pid) == true);
        RemoveDescendants(strangers, processes, context.Run.Containment?.Shim);

        // Who exited or was moved while we asked was seen nowhere.
        strangers.RemoveAll(static stranger => !IsThere(stranger));
        return strangers.Count == 0 ? null
            : members is null && context.ProcessesTruncated ? new Doubt("not all of the run's processes are known", IsOpen: true)
            : new Doubt($"{ProcessKey.Describe(strangers)} {what}");
    }

    private static bool IsThere(ProcessKey process) =>
        ProcessReader.TryReadStat(process.Pid, out ProcStat stat) && stat.StartTicks == process.StartTicks && !ProcessReader.HasExited(stat);

    private static void RemoveDescendants(List<ProcessKey> strangers, RunProcesses processes, ProcessIdentity? shim)
    {
        if (strangers.Count > 0)
        {
            ProcessTable table = ProcessTable.Read();
            strangers.RemoveAll(stranger => table.Above(stranger.Pid).Select(pid => table.Stats[pid])
                .Any(above => processes.Has(ProcessKey.Of(above)) || (shim is not null && (shim.Pid, shim.StartTicks) == (above.Pid, above.StartTicks))));
        }
    }
}
