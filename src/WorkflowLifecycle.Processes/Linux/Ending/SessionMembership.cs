using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// The session of a root program, and the descendants of its members. A session id is a PID and is reused like one, but not while a
/// process is left in the session, and nobody can join a session that he was not born in: one member that is ours beyond doubt makes the
/// whole session ours. Where there is none, nobody is.
/// </summary>
/// <param name="root">The root program.</param>
/// <param name="internalId">The number of the run, 128 random bits, which the environment of its program names.</param>
internal sealed class SessionMembership(ProcessIdentity root, string internalId) : IMembership
{
    // Whoever was found to be ours stays ours, whatever becomes of those who showed it.
    private readonly HashSet<(int Pid, ulong StartTicks)> _proven = [];

    /// <summary>The member of the session that showed at the last look whose it is; 0 when there was none.</summary>
    public int Witness { get; private set; }

    /// <summary>Whether everybody who was needed at the last look could be asked. Where not, those whom nobody shows to be ours may be missing.</summary>
    public bool IsSure { get; private set; } = true;

    public bool IsCandidate(in ProcStat stat) => IsProven(stat) || (stat.Session == root.Pid && stat.StartTicks >= root.StartTicks);

    public HashSet<int> Confirm(PinnedProcesses pinned)
    {
        ProcStat[] session = [.. pinned.Stats.Values.Where(stat => stat.Session == root.Pid && stat.StartTicks >= root.StartTicks)];
        HashSet<int> members = [.. pinned.Stats.Values.Where(stat => IsProven(stat)).Select(stat => stat.Pid)];
        Witness = FindWitness(session, pinned);
        if (Witness > 0)
        {
            members.UnionWith(session.Select(stat => stat.Pid));
        }

        pinned.AddDescendants(members);
        _proven.UnionWith(members.Where(pinned.IsThere).Select(pid => (pid, pinned.Stats[pid].StartTicks)));
        return members;
    }

    private bool IsProven(in ProcStat stat) => _proven.Contains((stat.Pid, stat.StartTicks));

    // Those that are known first: nobody's environment is read without need.
    private int FindWitness(ProcStat[] session, PinnedProcesses pinned)
    {
        IsSure = true;
        int witness = Array.Find(session, stat => IsKnown(stat) && IsStillInSession(stat, pinned)).Pid;
        for (int next = 0; witness == 0 && next < session.Length;)
        {
            int found = EnvironmentSearch.Find(session, next, internalId, out bool isWhole);
            IsSure &= isWhole;
            if (found < 0)
            {
                break;
            }

            witness = IsStillInSession(session[found], pinned) ? session[found].Pid : 0;
            next = found + 1;
        }

        // Whoever shows it is enough: all are ours by that.
        IsSure |= witness > 0;
        return witness;
    }

    private bool IsKnown(in ProcStat stat) =>
        (stat.Pid == root.Pid && stat.StartTicks == root.StartTicks && HasItsHandle()) || IsProven(stat);

    // Two processes with one number within one tick have the same start, but not the same handle.
    private bool HasItsHandle()
    {
        using FileDescriptor? descriptor = root.PidfsHandle is null ? null : PidDescriptor.Open(root.Pid, out _);
        return descriptor is null || PidDescriptor.Handle(descriptor) is not { } handle || handle == root.PidfsHandle;
    }

    private bool IsStillInSession(in ProcStat stat, PinnedProcesses pinned) =>
        ProcessReader.TryReadStat(stat.Pid, out ProcStat now) && now.Session == root.Pid && pinned.IsThere(stat.Pid);
}
