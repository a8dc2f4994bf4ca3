using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>The processes of a run by the signs that they have. One look; nothing here decides about anybody.</summary>
internal static class TraceProcesses
{
    /// <summary>Those in a run's cgroup, its shim, and those below that.</summary>
    public static IReadOnlyList<Trace> Of(RunCgroup? cgroup, RunRemains? remains, Machine machine, ProcessTable table)
    {
        List<int> inside = [];
        cgroup?.AddProcesses(inside);
        int shim = FindShim(remains, machine);
        HashSet<int> below = [.. shim > 0 ? table.Below(shim) : []];
        return [.. inside.Union(below).Where(table.Stats.ContainsKey).Select(pid => Describe(table.Stats[pid], inside.Contains(pid), below.Contains(pid), pid == shim))];
    }

    /// <summary>Those that nothing but their environment, or their title, says to be of a run.</summary>
    public static IEnumerable<Trace> Marked(ProcessTable table, IReadOnlySet<int> known)
    {
        foreach (ProcStat stat in table.Stats.Values.Where(stat => !known.Contains(stat.Pid)))
        {
            RunId? titled = ShimProgram.TitleOf(stat.Pid);
            if (titled is not null || TrackedTrees.MarkOf(stat.Pid) is not null)
            {
                bool isShim = titled is not null && ShimProgram.IsExecutedBy(stat.Pid);
                Trace trace = Describe(stat, isInside: false, isBelow: false, isShim);
                yield return titled is null ? trace : trace with { MarkedRun = titled, Signs = isShim ? trace.Signs : [.. trace.Signs, TraceSigns.Name] };
            }
        }
    }

    // What the directory says of its shim was written by us and could be rewritten by the program: it has to execute the shim, too.
    private static int FindShim(RunRemains? remains, Machine machine) =>
        remains?.Shim is { } shim && machine.Look(shim) == ProcessPresence.Present
            && ShimProgram.TitleOf(shim.Pid) == remains.RunId && ShimProgram.IsExecutedBy(shim.Pid) ? shim.Pid : 0;

    private static Trace Describe(in ProcStat stat, bool isInside, bool isBelow, bool isShim)
    {
        RunId? mark = TrackedTrees.MarkOf(stat.Pid);
        List<string> signs = [];
        AddIf(isShim, TraceSigns.IsShim);
        AddIf(isInside, TraceSigns.Cgroup);
        AddIf(isBelow && !isShim, TraceSigns.Shim);
        AddIf(mark is not null, TraceSigns.Environment);
        return new Trace
        {
            Kind = TraceKind.Process,
            Name = ProcessKey.Of(stat).ToString(),
            Pid = stat.Pid,
            StartTicks = stat.StartTicks,
            MarkedRun = mark,
            Signs = signs,
        };

        void AddIf(bool has, string sign)
        {
            if (has)
            {
                signs.Add(sign);
            }
        }
    }
}
