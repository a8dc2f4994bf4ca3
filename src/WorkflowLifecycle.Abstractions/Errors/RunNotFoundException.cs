namespace WorkflowLifecycle;

/// <summary>No run of that id is known to the store.</summary>
public sealed class RunNotFoundException : WorkflowLifecycleException
{
    /// <summary>The id, and where it was looked for.</summary>
    public RunNotFoundException(RunId runId, string storeLocation)
        : base($"No run '{runId}' is known to the store {storeLocation}. Check the id and the store; 'workflowctl ps --all' lists what it knows.")
    {
        RunId = runId;
    }

    /// <summary>The id.</summary>
    public RunId RunId { get; }
}
