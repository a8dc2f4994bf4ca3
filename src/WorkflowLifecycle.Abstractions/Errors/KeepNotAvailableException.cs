namespace WorkflowLifecycle;

/// <summary>A run was to outlive its host, and something would end it anyway.</summary>
public sealed class KeepNotAvailableException : WorkflowLifecycleException
{
    /// <summary>The reason and the remedy.</summary>
    public KeepNotAvailableException(string message)
        : base(message)
    {
    }
}
