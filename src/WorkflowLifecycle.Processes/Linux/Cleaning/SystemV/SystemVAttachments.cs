using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>Who has which System V segment in memory: the kernel maps one as a file whose inode is its id.</summary>
internal sealed class SystemVAttachments
{
    private const string Prefix = "/SYSV";

    private readonly Dictionary<int, List<ProcessKey>> _attached = [];

    /// <summary>Who has it, once for each part of a memory that it is in, as the kernel counts them, too.</summary>
    public IReadOnlyList<ProcessKey> Of(int id) => _attached.TryGetValue(id, out List<ProcessKey>? processes) ? processes : [];

    /// <summary>Looks at every process of this PID namespace; null when the time is up first.</summary>
    public static SystemVAttachments? Find(LookTime time)
    {
        SystemVAttachments found = new();
        foreach (ProcStat stat in ProcessTable.Read().Stats.Values)
        {
            if (time.IsUp())
            {
                return null;
            }

            // Read under a number: what was read counts only when it was that process' all the while.
            if (Read(stat.Pid) is { } ids && ProcessReader.TryReadStat(stat.Pid, out ProcStat now) && now.StartTicks == stat.StartTicks)
            {
                found.Add(ProcessKey.Of(stat), ids);
            }
        }

        return found;
    }

    /// <summary>Looks at the processes of a run alone, as far as the time goes.</summary>
    public static SystemVAttachments Of(RunProcesses processes, LookTime time)
    {
        SystemVAttachments found = new();
        foreach ((ProcessKey process, IReadOnlyList<int> ids) in processes.Read(Read, time))
        {
            found.Add(process, ids);
        }

        return found;
    }

    private void Add(ProcessKey process, IReadOnlyList<int> ids)
    {
        foreach (int id in ids)
        {
            if (!_attached.TryGetValue(id, out List<ProcessKey>? processes))
            {
                _attached[id] = processes = [];
            }

            processes.Add(process);
        }
    }

    private static IReadOnlyList<int>? Read(int pid) =>
        (MappedFile.Of(pid) ?? []).Where(file => file.Path.StartsWith(Prefix, StringComparison.Ordinal)).Select(file => unchecked((int)file.Key.Inode)).ToList() is { Count: > 0 } ids
            ? ids
            : null;
}
