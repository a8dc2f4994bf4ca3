namespace WorkflowLifecycle.Processes;

/// <summary>What the holder of a tree knows of it.</summary>
public sealed record HoldStatus
{
    /// <summary>True when nothing of the tree is left.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>True once the root program has exited.</summary>
    public bool RootExited { get; init; }

    /// <summary>True when the program said READY=1.</summary>
    public bool IsReady { get; init; }

    /// <summary>True when output was seen (files only).</summary>
    public bool HasOutput { get; init; }

    /// <summary>True when the host that launched it is gone.</summary>
    public bool HostGone { get; init; }

    /// <summary>Process id of the root program; 0 before it started.</summary>
    public int RootPid { get; init; }

    /// <summary>The end, once the tree is empty.</summary>
    public EndNotice? End { get; init; }
}
