using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>
/// The processes that an adoption took in, and their descendants: all there is where no cgroup holds them, and those who left it where one
/// does. Proves nothing. Reads only what it follows, never all processes of the machine.
/// </summary>
internal sealed class AdoptedSweep : ISweep
{
    // Whoever is stopped forks no more, so that this ends with the first look that finds nobody new.
    private const int MostLooks = 50;

    private readonly AdoptedMembership? _membership;
    private readonly Action<EndingStep>? _at;

    public AdoptedSweep(ProcessIdentity root, RunDirectory directory, Machine machine, Action<EndingStep>? at = null)
    {
        _at = at;
        if (machine.IsHomeOf(root))
        {
            AdoptedProcess first = new(root.Pid, root.StartTicks, root.PidfsHandle, null);
            _membership = new AdoptedMembership([first, .. AdoptionFile.Read(directory).Where(process => process.Pid != root.Pid)]);
        }
    }

    // Nobody is asked for more than numbers.
    public bool IsSure => true;

    public int KillOnce()
    {
        if (_membership is null)
        {
            return 0;
        }

        // All are stopped before the first dies: a parent link says whose a child is only as long as the parent is there.
        int before = -1;
        IReadOnlyList<ProcessSnapshot> found = FindLiving();
        for (int looks = 0; found.Count > 0 && found.Count != before && looks < MostLooks; looks++)
        {
            before = found.Count;
            _ = DirectSignals.Send(found, _membership, _at, Libc.SignalStop);
            found = FindLiving();
        }

        _ = found.Count == 0 ? 0 : DirectSignals.Send(found, _membership, _at, Libc.SignalKill);
        return Math.Max(before, found.Count);
    }

    public int Send(params ReadOnlySpan<int> signals) =>
        FindLiving() is { Count: > 0 } found ? DirectSignals.Send(found, _membership!, _at, signals) : 0;

    public IReadOnlyList<ProcessSnapshot> FindLiving()
    {
        if (_membership is null)
        {
            return [];
        }

        using PinnedProcesses pinned = PinnedProcesses.Pin(Candidates(_membership));
        return [.. _membership.Confirm(pinned).Select(pid => pinned.Stats[pid]).Where(stat => stat.State is not ('Z' or 'X')).Select(stat => Describe(stat, _membership.WhyBelongs(stat)))];
    }

    // By numbers, which proves nothing: they are pinned and asked again.
    private static List<ProcessSnapshot> Candidates(AdoptedMembership membership)
    {
        Queue<int> next = new(membership.Pids);
        HashSet<int> seen = [.. next];
        List<ProcessSnapshot> found = [];
        List<int> children = [];
        while (next.TryDequeue(out int pid))
        {
            if (!ProcessReader.TryReadStat(pid, out ProcStat stat))
            {
                continue;
            }

            found.Add(Describe(stat, string.Empty));
            children.Clear();
            ProcessReader.AddChildren(pid, children);
            foreach (int child in children.Where(seen.Add))
            {
                next.Enqueue(child);
            }
        }

        return found;
    }

    private static ProcessSnapshot Describe(in ProcStat stat, string why) =>
        new() { Pid = stat.Pid, ParentPid = stat.ParentPid, StartTicks = stat.StartTicks, Name = stat.Name, State = stat.State, BelongsBecause = why };
}
