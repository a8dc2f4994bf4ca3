namespace WorkflowLifecycle;

/// <summary>By what a run was declared to become ready. <c>READY=1</c> and <see cref="ITrackedProcess.MarkReadyAsync"/> count whatever was declared.</summary>
public enum ReadinessSource
{
    /// <summary>Nothing was declared: the first output counts, too.</summary>
    Undeclared = 0,

    /// <summary><c>READY=1</c> by the notify protocol.</summary>
    Notify = 1,

    /// <summary>A line of the output.</summary>
    OutputPattern = 2,

    /// <summary>The launching code.</summary>
    Api = 3,
}
