using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Who may never be adopted, each with its own words.</summary>
internal sealed class AdoptionRules(LocalUser user, TrackedTrees tracked, string? except = null)
{
    private readonly IReadOnlySet<int> _untouchable = Ancestry.OfThisProcess();

    /// <summary>Why a process may not be taken in; null when it may, or is gone.</summary>
    public AdoptFailedException? WhyNot((ProcStat Stat, string Why) member, ProcessTable table)
    {
        ProcStat stat = member.Stat;
        int pid = stat.Pid;
        if (pid == 1)
        {
            return Protected("PID 1 holds the machine or the container. Adopt a tree below it.");
        }

        if (pid == Environment.ProcessId)
        {
            return Protected($"Process {pid} is the one that asks. Adopt another tree.");
        }

        if (_untouchable.Contains(pid))
        {
            return Protected($"Process {pid} ({stat.Name}) is above the one that asks: a tree is not adopted from inside. Ask from another shell or host.");
        }

        if (ProcessFacts.Of(pid) is not { } facts)
        {
            return null;
        }

        if (facts.IsKernelThread)
        {
            return Protected($"Process {pid} ({stat.Name}) is a thread of the kernel. No program can hold or end it.");
        }

        if (!user.IsPrivileged && (facts.User != user.Id || !facts.IsOfOneUser))
        {
            return new AdoptFailedException(AdoptFailure.NotPermitted, $"Process {pid} ({stat.Name}) is of another user (os:{facts.User}). Ask as root.");
        }

        // Those above a descendant were asked about before it.
        string? holder = member.Why == AdoptableTree.IsDescendant ? tracked.HolderOfItself(pid, table, except) : tracked.HolderOf(pid, table, except);
        return holder is { } run
            ? new AdoptFailedException(AdoptFailure.AlreadyTracked, $"Process {pid} ({stat.Name}) is in run {run} already. See 'workflowctl show {run}'; to end it, 'workflowctl kill {run}'.")
            : null;
    }

    private static AdoptFailedException Protected(string message) => new(AdoptFailure.Protected, message);
}
