namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>Tells which processes are of a run, once they are pinned: what was read before may speak of somebody else by now.</summary>
internal interface IMembership
{
    /// <summary>The PIDs among the pinned ones that belong to the run beyond doubt. Whoever is missing is not signalled.</summary>
    HashSet<int> Confirm(PinnedProcesses pinned);
}
