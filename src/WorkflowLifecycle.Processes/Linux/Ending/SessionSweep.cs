using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// The last resort, when the shim is gone and there is no cgroup: the session of the root program, and the descendants of its members.
/// Proves nothing, and is the only place that looks at all processes of the machine.
/// </summary>
internal sealed class SessionSweep(ProcessIdentity? root, Machine machine)
{
    /// <summary>Kills what is found.</summary>
    /// <returns>How many were found.</returns>
    public int KillOnce()
    {
        IReadOnlyList<ProcessSnapshot> found = Find();
        return found.Count == 0 ? 0 : Math.Max(DirectSignals.Send(found, Libc.SignalStop, Libc.SignalKill), 1);
    }

    /// <summary>Finds them.</summary>
    public IReadOnlyList<ProcessSnapshot> Find() =>
        root is null || machine.BootId != root.BootId || machine.PidNamespace != root.PidNamespace ? [] : Find(root);

    private static List<ProcessSnapshot> Find(ProcessIdentity root)
    {
        Dictionary<int, ProcStat> all = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcessReader.TryReadStat(pid, out ProcStat stat) && stat.State is not ('Z' or 'X'))
            {
                all[pid] = stat;
            }
        }

        // A session id is the PID of its first process. A later stranger can have the same id only if the PID came round again, and
        // then its members started after a leader that is not our root.
        bool sessionIsOurs = !all.TryGetValue(root.Pid, out ProcStat leader) || leader.StartTicks == root.StartTicks;
        HashSet<int> ours = [.. all.Values.Where(stat => sessionIsOurs && stat.Session == root.Pid && stat.StartTicks >= root.StartTicks).Select(stat => stat.Pid)];
        bool grew = true;
        while (grew)
        {
            grew = false;
            foreach (ProcStat stat in all.Values)
            {
                grew |= ours.Contains(stat.ParentPid) && ours.Add(stat.Pid);
            }
        }

        return [.. ours.Select(pid => all[pid]).Select(stat => new ProcessSnapshot { Pid = stat.Pid, StartTicks = stat.StartTicks, Name = stat.Name })];
    }
}
