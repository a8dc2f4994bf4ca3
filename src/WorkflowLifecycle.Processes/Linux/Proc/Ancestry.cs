namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>This process and the processes above it: what no kill may touch.</summary>
internal static class Ancestry
{
    public static IReadOnlySet<int> OfThisProcess()
    {
        HashSet<int> chain = [1];
        int pid = Environment.ProcessId;
        while (pid > 0 && chain.Add(pid) && ProcessReader.TryReadStat(pid, out ProcStat stat))
        {
            pid = stat.ParentPid;
        }

        return chain;
    }

    /// <summary>
    /// The process of that chain that a containment holds; null when there is none. Looks at our own chain, not at the tree: the cost
    /// does not grow with the run.
    /// </summary>
    public static int? FindInside(ContainmentRecord containment, Machine machine)
    {
        string? segment = containment.CgroupPath is { } path ? "/" + Path.GetFileName(path) : null;
        foreach (int pid in OfThisProcess())
        {
            if (IsThat(pid, containment.Shim, machine) || (segment is not null && IsBelow(pid, segment)))
            {
                return pid;
            }
        }

        return null;
    }

    private static bool IsThat(int pid, ProcessIdentity? shim, Machine machine) =>
        shim is not null && pid == shim.Pid && machine.Look(shim) == ProcessPresence.Present;

    private static bool IsBelow(int pid, string segment)
    {
        string? own = Cgroups.MountInfo.FindOwnPath(ProcessReader.ReadCgroup(pid) ?? string.Empty);
        return own is not null && (own.EndsWith(segment, StringComparison.Ordinal) || own.Contains(segment + "/", StringComparison.Ordinal));
    }
}
