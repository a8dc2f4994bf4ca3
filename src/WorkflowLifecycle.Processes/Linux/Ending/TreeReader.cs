using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>Lists the processes of a run: those in its cgroup, and the descendants of its shim. Costs only what the tree has.</summary>
internal sealed class TreeReader(RunCgroup? cgroup, int shimPid, int rootPid, TimeProvider timeProvider, Action<EndingStep>? at = null)
{
    private static readonly TimeSpan CountLimit = TimeSpan.FromMilliseconds(20);
    private static readonly long PageSize = Environment.SystemPageSize;

    /// <summary>Reads the processes; those of <paramref name="session"/> too, which are found where nothing holds the tree any more.</summary>
    public ProcessListing Read(InspectionDepth depth, TimeSpan limit, IReadOnlyList<ProcessSnapshot> session)
    {
        long started = timeProvider.GetTimestamp();
        Dictionary<int, ulong> starts = session.ToDictionary(process => process.Pid, process => process.StartTicks);
        Dictionary<int, string> reasons = session.Where(process => process.BelongsBecause.Length > 0).ToDictionary(process => process.Pid, process => process.BelongsBecause);
        (List<int> pids, HashSet<int> inCgroup, bool isWhole) = Number(depth, limit / 2, session);
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

        return new ProcessListing(Order(found), Truncated: !isWhole);
    }

    /// <summary>How many there are, without a look at any of them.</summary>
    public int Count(InspectionDepth depth, IReadOnlyList<ProcessSnapshot> session) => Number(depth, CountLimit, session).Pids.Count(pid => pid != shimPid);

    private (List<int> Pids, HashSet<int> InCgroup, bool IsWhole) Number(InspectionDepth depth, TimeSpan limit, IReadOnlyList<ProcessSnapshot> session)
    {
        List<int> pids = [.. session.Select(process => process.Pid)];
        cgroup?.AddProcesses(pids);
        HashSet<int> inCgroup = [.. session.Count == 0 ? pids : []];

        // In an emergency the cgroup's own list is enough; who walked out of it is found by the shim's sweep.
        bool isWhole = shimPid <= 0 || (cgroup is not null && depth == InspectionDepth.Shallow) || AddDescendants(pids, inCgroup, limit);
        return (pids, inCgroup, isWhole);
    }

    // False when the time was up: a shim that is stopped may have tens of thousands of zombies.
    private bool AddDescendants(List<int> pids, HashSet<int> known, TimeSpan limit)
    {
        long started = timeProvider.GetTimestamp();
        Queue<int> parents = new([shimPid]);
        HashSet<int> visited = [shimPid];
        List<int> children = [];
        while (parents.TryDequeue(out int parent))
        {
            if (timeProvider.GetElapsedTime(started) > limit)
            {
                return false;
            }

            children.Clear();
            ProcessReader.AddChildren(parent, children);

            // The youngest first: where there is no time for all, the oldest are those that nobody collects.
            children.Reverse();
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

        return true;
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
