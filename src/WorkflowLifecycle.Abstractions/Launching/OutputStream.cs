namespace WorkflowLifecycle;

/// <summary>Which of the two streams a line came from.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    Output = 0,

    /// <summary>Standard error.</summary>
    Error = 1,
}
