namespace WorkflowLifecycle;

/// <summary>A tree was not adopted. It goes on as before, where it was before.</summary>
public sealed class AdoptFailedException : WorkflowLifecycleException
{
    /// <summary>An adoption that failed for a reason.</summary>
    public AdoptFailedException(AdoptFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>Why.</summary>
    public AdoptFailure Failure { get; }
}
