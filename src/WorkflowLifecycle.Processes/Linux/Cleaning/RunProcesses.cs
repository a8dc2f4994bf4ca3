using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>The processes of a run, as a look was told of them: by number and start.</summary>
internal sealed class RunProcesses(IEnumerable<(int Pid, ulong StartTicks)> processes)
{
    private readonly Dictionary<int, ulong> _starts = processes.DistinctBy(process => process.Pid).ToDictionary(process => process.Pid, process => process.StartTicks);

    public bool Has(ProcessKey process) => StartOf(process.Pid) == process.StartTicks;

    /// <summary>When the one with that number began; null where none of them has it.</summary>
    public ulong? StartOf(int pid) => _starts.TryGetValue(pid, out ulong start) ? start : null;

    /// <summary>
    /// Reads something of each. It was read under a number, and counts only where that was the process' all the while.
    /// </summary>
    /// <param name="read">Reads it of a process by its number; null where it has nothing.</param>
    /// <param name="time">Where it is up the rest is left out.</param>
    public IReadOnlyList<(ProcessKey Process, T What)> Read<T>(Func<int, T?> read, LookTime time)
        where T : class
    {
        List<(ProcessKey, T)> found = [];
        foreach ((int pid, ulong start) in _starts)
        {
            if (time.IsUp())
            {
                break;
            }

            if (read(pid) is { } what && ProcessReader.TryReadStat(pid, out ProcStat stat) && stat.StartTicks == start)
            {
                found.Add((ProcessKey.Of(stat), what));
            }
        }

        return found;
    }
}
