using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>Lists the processes of a run: those in its cgroup, and the descendants of its shim. Costs only what the tree has.</summary>
internal sealed class TreeReader(RunCgroup? cgroup, int shimPid, int rootPid, TimeProvider timeProvider, Action<EndingStep>? at = null)
{
    private static readonly long PageSize = Environment.SystemPageSize;

    /// <summary>Reads the processes; those of <paramref name="session"/> too, which are found where nothing holds the tree any more.</summary>
    public ProcessListing Read(InspectionDepth depth, TimeSpan limit, IReadOnlyList<ProcessSnapshot> session)
    {
        long started = timeProvider.GetTimestamp();
        Dictionary<int, ulong> starts = session.ToDictionary(process => process.Pid, process => process.StartTicks);
        Dictionary<int, string> reasons = session.Where(process => process.BelongsBecause.Length > 0).ToDictionary(process => process.Pid, process => process.BelongsBecause);
        (List<int> pids, HashSet<int> inCgroup) = Number(depth, session);
        at?.Invoke(EndingStep.Numbered);
        List<ProcessSnapshot> found = new(pids.Count);
        foreach (int pid in pids)
        {
            if (timeProvider.GetElapsedTime(started) > limit)
            {
                return new ProcessListing(Order(found), Truncated: true);
            }

            if (pid != shimPid && ProcessReader.TryReadStat(pid, out ProcStat stat) && starts.GetValueOrDefault(pid, stat.StartTicks) == stat.StartTicks)
            {
                found.Add(Describe(stat, reasons.GetValueOrDefault(pid) ?? (inCgroup.Contains(pid) ? "cgroup" : null), depth));
            }
        }

        return new ProcessListing(Order(found), Truncated: false);
    }

    /// <summary>How many there are, without a look at any of them.</summary>
    public int Count(InspectionDepth depth, IReadOnlyList<ProcessSnapshot> session) => Number(depth, session).Pids.Count(pid => pid != shimPid);

    private (List<int> Pids, HashSet<int> InCgroup) Number(InspectionDepth depth, IReadOnlyList<ProcessSnapshot> session)
    {
        List<int> pids = [.. session.Select(process => process.Pid)];
        cgroup?.AddProcesses(pids);
        HashSet<int> inCgroup = [.. session.Count == 0 ? pids : []];

        // In an emergency the cgroup's own list is enough; who walked out of it is found by the shim's sweep.
        if (shimPid > 0 && (cgroup is null || depth == InspectionDepth.Full))
        {
            AddDescendants(pids, inCgroup);
        }

        return (pids, inCgroup);
    }

    private void AddDescendants(List<int> pids, HashSet<int> known)
    {
        Queue<int> parents = new([shimPid]);
        HashSet<int> visited = [shimPid];
        List<int> children = [];
        while (parents.TryDequeue(out int parent))
        {
            children.Clear();
            ProcessReader.AddChildren(parent, children);
            foreach (int child in children)
            {
                if (visited.Add(child))
                {
                    parents.Enqueue(child);
                    if (!known.Contains(child))
                    {
                        pids.Add(child);
                    }
                }
            }
        }
    }

    private ProcessSnapshot Describe(in ProcStat stat, string? why, InspectionDepth depth) => new()
    {
        Pid = stat.Pid,
        ParentPid = stat.ParentPid,
        StartTicks = stat.StartTicks,
        Name = stat.Name,
        State = stat.State,
        ResidentBytes = stat.ResidentPages * PageSize,
        CommandLine = depth == InspectionDepth.Full ? ProcessReader.ReadCommandLine(stat.Pid) : null,
        WaitsOn = depth == InspectionDepth.Full && stat.State == 'D' ? ProcessReader.ReadWaitChannel(stat.Pid) : null,
        BelongsBecause = stat.Pid == rootPid ? "root" : why ?? (shimPid > 0 ? "descendant" : "session"),
    };

    private List<ProcessSnapshot> Order(List<ProcessSnapshot> found)
    {
        found.Sort((left, right) => (left.Pid == rootPid, right.Pid == rootPid) switch
        {
            (true, false) => -1,
            (false, true) => 1,
            _ => left.Pid.CompareTo(right.Pid),
        });
        return found;
    }
}
