namespace WorkflowLifecycle;

/// <summary>Options of the leak detection (<c>leaks</c> in receipts).</summary>
public sealed class LeakDetectionOptions
{
    /// <summary>The longest that the look at the end of a run may take. Above 0, at most 24 h. Default: 500 ms.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromMilliseconds(500);
}
