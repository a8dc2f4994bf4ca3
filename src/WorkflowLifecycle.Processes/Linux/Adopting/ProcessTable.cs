using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>
/// All processes at an instant. The kernel's lists of children leave out some while others exit, so that adopting, which nobody waits for
/// by the millisecond, reads every process for its parent.
/// </summary>
internal sealed class ProcessTable
{
    private readonly Dictionary<int, ProcStat> _stats = [];
    private readonly ILookup<int, int> _children;

    private ProcessTable(IEnumerable<ProcStat> stats)
    {
        foreach (ProcStat stat in stats)
        {
            _stats[stat.Pid] = stat;
        }

        _children = _stats.Values.ToLookup(stat => stat.ParentPid, stat => stat.Pid);
    }

    public IReadOnlyDictionary<int, ProcStat> Stats => _stats;

    public static ProcessTable Read() => new(Pids().Select(pid => ProcessReader.TryReadStat(pid, out ProcStat stat) ? stat : default).Where(stat => stat.Pid > 0));

    /// <summary>The process and all below it, each after its parent; nobody where it is not there.</summary>
    public IEnumerable<int> Below(int pid)
    {
        Queue<int> next = new(_stats.ContainsKey(pid) ? [pid] : []);
        HashSet<int> seen = [pid];
        while (next.TryDequeue(out int current))
        {
            yield return current;
            foreach (int child in _children[current].Where(seen.Add))
            {
                next.Enqueue(child);
            }
        }
    }

    /// <summary>The processes above one, the nearest first.</summary>
    public IEnumerable<int> Above(int pid)
    {
        HashSet<int> seen = [pid];
        while (_stats.TryGetValue(pid, out ProcStat stat) && seen.Add(stat.ParentPid) && _stats.ContainsKey(stat.ParentPid))
        {
            pid = stat.ParentPid;
            yield return pid;
        }
    }

    private static IEnumerable<int> Pids()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                yield return pid;
            }
        }
    }
}
