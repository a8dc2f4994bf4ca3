using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// Processes held by pidfds; where the kernel has none, by number and start, looked at again right before each use. What is read of a PID after it was pinned is true of the pinned process as long as that was not collected:
/// until then nobody else can have its number.
/// </summary>
internal sealed class PinnedProcesses : IDisposable
{
    private readonly Dictionary<int, FileDescriptor?> _descriptors = [];
    private readonly Dictionary<int, ProcStat> _stats = [];

    private PinnedProcesses()
    {
    }

    /// <summary>Read after the last one was pinned.</summary>
    public IReadOnlyDictionary<int, ProcStat> Stats => _stats;

    /// <summary>Pins those that still have the start that was listed. This process and those above it are left out.</summary>
    public static PinnedProcesses Pin(IReadOnlyList<ProcessSnapshot> listed)
    {
        PinnedProcesses pinned = new();
        IReadOnlySet<int> untouchable = Ancestry.OfThisProcess();
        foreach (ProcessSnapshot process in listed)
        {
            if (untouchable.Contains(process.Pid) || pinned._descriptors.ContainsKey(process.Pid))
            {
                continue;
            }

            FileDescriptor? descriptor = PidDescriptor.Open(process.Pid, out int errno);
            if (descriptor is not null || PidDescriptor.IsMissing(errno))
            {
                pinned._descriptors.Add(process.Pid, descriptor);
            }
        }

        // Not before all are pinned: a parent link says something only while both its ends are.
        foreach (ProcessSnapshot process in listed)
        {
            if (pinned._descriptors.ContainsKey(process.Pid)
                && ProcessReader.TryReadStat(process.Pid, out ProcStat stat) && stat.StartTicks == process.StartTicks)
            {
                pinned._stats[process.Pid] = stat;
            }
        }

        return pinned;
    }

    /// <summary>Whether the process was not collected yet, so that all that was read under its PID since it was pinned is about it.</summary>
    public bool IsThere(int pid) =>
        _descriptors[pid] is { } descriptor ? PidDescriptor.Signal(descriptor, 0) != Errno.ESRCH : HasItsStart(pid);

    /// <summary>Adds the pinned processes that descend from a member, each link seen between two pinned ends.</summary>
    public void AddDescendants(HashSet<int> members)
    {
        HashSet<int> there = [.. _stats.Keys.Where(IsThere)];
        bool grew = members.Count > 0;
        while (grew)
        {
            grew = false;
            foreach (ProcStat stat in _stats.Values)
            {
                grew |= there.Contains(stat.ParentPid) && members.Contains(stat.ParentPid) && members.Add(stat.Pid);
            }
        }
    }

    /// <summary>Sends a signal to the pinned process; false when it is gone or may not be signalled.</summary>
    public bool Signal(int pid, int signal) =>
        _descriptors[pid] is { } descriptor ? PidDescriptor.Signal(descriptor, signal) == 0 : pid > 1 && HasItsStart(pid) && Libc.Kill(pid, signal) == 0;

    public void Dispose()
    {
        foreach (FileDescriptor? descriptor in _descriptors.Values)
        {
            descriptor?.Dispose();
        }
    }

    private bool HasItsStart(int pid) =>
        _stats.TryGetValue(pid, out ProcStat known) && ProcessReader.TryReadStat(pid, out ProcStat now) && now.StartTicks == known.StartTicks;
}
