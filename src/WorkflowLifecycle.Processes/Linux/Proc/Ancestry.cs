namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>This process and the processes above it.</summary>
internal static class Ancestry
{
    public static IReadOnlySet<int> OfThisProcess()
    {
        HashSet<int> chain = [1];
        int pid = Environment.ProcessId;
        while (pid > 0 && chain.Add(pid) && ProcessReader.TryReadStat(pid, out ProcStat stat))
        {
            pid = stat.ParentPid;
        }

        return chain;
    }
}
