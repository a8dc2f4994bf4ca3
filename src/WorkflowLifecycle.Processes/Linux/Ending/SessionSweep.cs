using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// The last resort, when the shim is gone and there is no cgroup: the session of the root program, and the descendants of its members.
/// Proves nothing, and is the only place that looks at all processes of the machine.
/// </summary>
internal sealed class SessionSweep(ProcessIdentity? root, string internalId, Machine machine, Action<EndingStep>? at = null)
{
    private readonly SessionMembership? _membership = root is not null && machine.IsHomeOf(root) ? new SessionMembership(root, internalId) : null;

    /// <summary>Kills what is found.</summary>
    /// <returns>How many were found alive.</returns>
    public int KillOnce()
    {
        IReadOnlyList<ProcessSnapshot> found = Find();
        _ = Send(found, Libc.SignalStop, Libc.SignalKill);
        return found.Count(IsAlive);
    }

    /// <summary>Sends signals to what is found.</summary>
    public int Send(params ReadOnlySpan<int> signals) => Send(Find(), signals);

    /// <summary>Finds those that are of the run beyond doubt, and alive.</summary>
    public IReadOnlyList<ProcessSnapshot> FindLiving() => [.. Find().Where(IsAlive)];

    private static bool IsAlive(ProcessSnapshot process) => process.State is not ('Z' or 'X');

    private int Send(IReadOnlyList<ProcessSnapshot> found, params ReadOnlySpan<int> signals) =>
        _membership is null || found.Count == 0 ? 0 : DirectSignals.Send(found, _membership, at, signals);

    // With zombies: one of them may be the only one that shows whose session it is.
    private IReadOnlyList<ProcessSnapshot> Find()
    {
        if (_membership is null)
        {
            return [];
        }

        using PinnedProcesses pinned = PinnedProcesses.Pin([.. Candidates(ReadAll()).Select(Describe)]);
        return [.. _membership.Confirm(pinned).Select(pid => Describe(pinned.Stats[pid]))];
    }

    private static List<ProcStat> ReadAll()
    {
        List<ProcStat> all = [];
        foreach (string directory in ListProc())
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcessReader.TryReadStat(pid, out ProcStat stat))
            {
                all.Add(stat);
            }
        }

        return all;
    }

    private static string[] ListProc()
    {
        while (true)
        {
            try
            {
                return Directory.GetDirectories("/proc");
            }
            catch (IOException exception) when (DescriptorReserve.Release(exception.HResult))
            {
                continue;
            }
        }
    }

    // By numbers alone, which proves nothing: only these are pinned and asked.
    private IEnumerable<ProcStat> Candidates(List<ProcStat> all)
    {
        HashSet<int> found = [.. all.Where(stat => stat.Session == root!.Pid && stat.StartTicks >= root.StartTicks).Select(stat => stat.Pid)];
        bool grew = found.Count > 0;
        while (grew)
        {
            grew = false;
            foreach (ProcStat stat in all)
            {
                grew |= found.Contains(stat.ParentPid) && found.Add(stat.Pid);
            }
        }

        return all.Where(stat => found.Contains(stat.Pid));
    }

    private static ProcessSnapshot Describe(ProcStat stat) =>
        new() { Pid = stat.Pid, StartTicks = stat.StartTicks, Name = stat.Name, State = stat.State };
}
