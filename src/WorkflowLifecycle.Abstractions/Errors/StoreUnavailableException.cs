namespace WorkflowLifecycle;

/// <summary>The store cannot be reached, read or written.</summary>
public sealed class StoreUnavailableException : WorkflowLifecycleException
{
    /// <summary>The cause and the remedy, without secrets.</summary>
    public StoreUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
