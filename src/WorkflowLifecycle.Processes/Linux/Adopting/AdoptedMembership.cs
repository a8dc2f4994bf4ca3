using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Those that were taken in, by their identity, and the descendants of those.</summary>
internal sealed class AdoptedMembership(IReadOnlyList<AdoptedProcess> adopted) : IMembership
{
    private readonly Dictionary<(int Pid, ulong StartTicks), AdoptedProcess> _adopted = adopted.DistinctBy(Key).ToDictionary(Key);

    // Whoever was found to be ours stays ours, whatever becomes of its parent.
    private readonly HashSet<(int Pid, ulong StartTicks)> _proven = [];

    /// <summary>The numbers to begin with.</summary>
    public IEnumerable<int> Pids => _adopted.Keys.Concat(_proven).Select(process => process.Pid).Distinct();

    public HashSet<int> Confirm(PinnedProcesses pinned)
    {
        HashSet<int> members = [.. pinned.Stats.Values.Where(IsOurs).Select(stat => stat.Pid)];
        pinned.AddDescendants(members);
        _proven.UnionWith(members.Where(pinned.IsThere).Select(pid => (pid, pinned.Stats[pid].StartTicks)));
        return members;
    }

    public string WhyBelongs(in ProcStat stat) =>
        (stat.Pid, stat.StartTicks) == Key(adopted[0]) ? AdoptableTree.IsRoot
        : _adopted.ContainsKey((stat.Pid, stat.StartTicks)) ? AdoptableTree.IsAdopted
        : AdoptableTree.IsDescendant;

    private static (int Pid, ulong StartTicks) Key(AdoptedProcess process) => (process.Pid, process.StartTicks);

    private bool IsOurs(ProcStat stat) =>
        _adopted.TryGetValue((stat.Pid, stat.StartTicks), out AdoptedProcess? process) ? HasHandle(process) : _proven.Contains((stat.Pid, stat.StartTicks));

    // Two processes with one number within one tick have the same start, but not the same handle.
    private static bool HasHandle(AdoptedProcess process)
    {
        using FileDescriptor? descriptor = process.Handle is null ? null : PidDescriptor.Open(process.Pid, out _);
        return descriptor is null || PidDescriptor.Handle(descriptor) is not { } handle || handle == process.Handle;
    }
}
