namespace WorkflowLifecycle.Processes;

/// <summary>Kinds of <see cref="HoldSignal"/>.</summary>
public enum HoldSignalKind
{
    /// <summary>A notification datagram.</summary>
    Notification = 0,

    /// <summary>The first output that went to a file.</summary>
    FirstOutput = 1,
}
