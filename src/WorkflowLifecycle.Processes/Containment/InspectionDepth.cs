namespace WorkflowLifecycle.Processes;

/// <summary>How much is read of each process.</summary>
public enum InspectionDepth
{
    /// <summary>PID, parent, start, name, state: one read each. For emergencies.</summary>
    Shallow = 0,

    /// <summary>Also the command line and, in state D, what it waits on.</summary>
    Full = 1,

    /// <summary>As <see cref="Shallow"/>, but of every process, those that left the cgroup too. Nothing that is read can hold the reader up.</summary>
    Members = 2,
}
