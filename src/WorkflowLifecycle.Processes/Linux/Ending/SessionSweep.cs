using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// The last resort, when the shim is gone and there is no cgroup: the session of the root program, and the descendants of its members.
/// Proves nothing, and is the only place that looks at all processes of the machine.
/// </summary>
internal sealed class SessionSweep(ProcessIdentity? root, string internalId, Machine machine, Action<EndingStep>? at = null) : ISweep
{
    private readonly SessionMembership? _membership = root is not null && machine.IsHomeOf(root) ? new SessionMembership(root, internalId) : null;

    public bool IsSure => _membership?.IsSure != false;

    /// <summary>Stops what is found, and kills it: the one who shows whose session it is last, and stopped, so that nobody is left whom nothing shows.</summary>
    /// <returns>How many were found alive.</returns>
    public int KillOnce()
    {
        IReadOnlyList<ProcessSnapshot> found = Find();
        if (_membership is null || found.Count == 0)
        {
            return 0;
        }

        at?.Invoke(EndingStep.Listed);
        using PinnedProcesses pinned = PinnedProcesses.Pin(found);
        at?.Invoke(EndingStep.Pinned);
        HashSet<int> members = _membership.Confirm(pinned);
        at?.Invoke(EndingStep.Confirmed);
        foreach (int pid in members)
        {
            _ = pinned.Signal(pid, Libc.SignalStop);
        }

        bool isAlone = members.All(pid => pid == _membership.Witness ? pinned.Stats[pid].State is 'T' or 't' or 'D' : pinned.Stats[pid].State is 'Z' or 'X');
        foreach (int pid in members.Where(pid => isAlone || pid != _membership.Witness))
        {
            _ = pinned.Signal(pid, Libc.SignalKill);
        }

        return found.Count(IsAlive);
    }

    /// <summary>Sends signals to what is found.</summary>
    public int Send(params ReadOnlySpan<int> signals) =>
        _membership is not null && Find() is { Count: > 0 } found ? DirectSignals.Send(found, _membership, at, signals) : 0;

    /// <summary>Finds those that are of the run beyond doubt, and alive.</summary>
    public IReadOnlyList<ProcessSnapshot> FindLiving() => [.. Find().Where(IsAlive)];

    private static bool IsAlive(ProcessSnapshot process) => process.State is not ('Z' or 'X');

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
        HashSet<int> found = [.. all.Where(stat => _membership!.IsCandidate(stat)).Select(stat => stat.Pid)];
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
