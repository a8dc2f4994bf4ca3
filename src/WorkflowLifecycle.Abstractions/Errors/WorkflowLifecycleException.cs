namespace WorkflowLifecycle;

/// <summary>Base of the exceptions of this library. Each message ends with the remedy.</summary>
public class WorkflowLifecycleException : Exception
{
    /// <summary>An error with its remedy in the message.</summary>
    public WorkflowLifecycleException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
