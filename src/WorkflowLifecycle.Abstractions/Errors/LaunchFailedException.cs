namespace WorkflowLifecycle;

/// <summary>The program did not execute its first instruction. Nothing of it is left.</summary>
public sealed class LaunchFailedException : WorkflowLifecycleException
{
    /// <summary>A launch that failed at a stage.</summary>
    public LaunchFailedException(LaunchStage stage, string message, string? path = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Stage = stage;
        Path = path;
    }

    /// <summary>Where it failed.</summary>
    public LaunchStage Stage { get; }

    /// <summary>The file or directory that it failed on; null when it was none.</summary>
    public string? Path { get; }
}
