using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Which processes of a table belong to a tree, and why.</summary>
internal sealed class AdoptableTree
{
    public const string IsRoot = "root";
    public const string IsDescendant = "descendant";
    public const string IsAdopted = "adopted";
    public const string IsInSession = "same session";
    public const string IsInGroup = "same process group";

    private readonly List<(ProcStat Stat, string Why)> _members = [];
    private readonly HashSet<int> _pids = [];

    private AdoptableTree()
    {
    }

    /// <summary>Root first, each after its parent.</summary>
    public IReadOnlyList<(ProcStat Stat, string Why)> Members => _members;

    /// <summary>Selects.</summary>
    /// <param name="table">All processes.</param>
    /// <param name="root">The root.</param>
    /// <param name="includeSession">Whether those of its session belong; never those above it.</param>
    /// <param name="known">Who belongs already: children outlive a parent that showed whose they are.</param>
    public static AdoptableTree Of(ProcessTable table, ProcStat root, bool includeSession, IEnumerable<int> known)
    {
        AdoptableTree tree = new();

        // Its number may be somebody else's by now.
        bool isThere = table.Stats.TryGetValue(root.Pid, out ProcStat now) && now.StartTicks == root.StartTicks;
        if (isThere)
        {
            tree.AddBelow(table, root.Pid, IsRoot);
        }

        foreach (int pid in known)
        {
            tree.AddBelow(table, pid, IsAdopted);
        }

        if (includeSession && isThere)
        {
            HashSet<int> above = [.. table.Above(root.Pid)];
            foreach (ProcStat stat in table.Stats.Values.Where(stat => stat.Session == root.Session && !above.Contains(stat.Pid)).OrderBy(stat => stat.StartTicks))
            {
                tree.AddBelow(table, stat.Pid, IsInSession);
            }
        }

        return tree;
    }

    /// <summary>Those that are near and do not belong; without this process and those above it, which never will.</summary>
    public IEnumerable<(ProcStat Stat, string Why)> Nearby(ProcessTable table, ProcStat root, int rootGroup)
    {
        IReadOnlySet<int> own = Ancestry.OfThisProcess();
        foreach (ProcStat stat in table.Stats.Values.Where(stat => stat.Session == root.Session && !_pids.Contains(stat.Pid) && !own.Contains(stat.Pid)).OrderBy(stat => stat.Pid))
        {
            yield return (stat, ProcessFacts.Of(stat.Pid)?.Group == rootGroup ? IsInGroup : IsInSession);
        }
    }

    private void AddBelow(ProcessTable table, int top, string why)
    {
        foreach (int pid in table.Below(top))
        {
            if (_pids.Add(pid))
            {
                _members.Add((table.Stats[pid], pid == top ? why : IsDescendant));
            }
        }
    }
}
