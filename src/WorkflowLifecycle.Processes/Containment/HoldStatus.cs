namespace WorkflowLifecycle.Processes;

/// <summary>What the holder of a tree knows of it.</summary>
public sealed record HoldStatus
{
    /// <summary>True when nothing of the tree is left.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>True once the root program has exited.</summary>
    public bool RootExited { get; init; }

    /// <summary>How it exited; null before.</summary>
    public ExitNotice? Exit { get; init; }

    /// <summary>True when the program said READY=1.</summary>
    public bool IsReady { get; init; }

    /// <summary>True when the program said STOPPING=1.</summary>
    public bool IsStopping { get; init; }

    /// <summary>The program's last STATUS=, at most 500 bytes of it; null when it said none. Bytes that are no UTF-8 are replaced, nothing else is.</summary>
    public string? StatusText { get; init; }

    /// <summary>The program's last EXTEND_TIMEOUT_USEC=, as asked: nothing has capped it.</summary>
    public TimeSpan ExtendTimeout { get; init; }

    /// <summary>When it asked for that, by CLOCK_BOOTTIME; zero when it never did.</summary>
    public TimeSpan ExtendAskedAt { get; init; }

    /// <summary>The program's last WATCHDOG_USEC=; zero when it said none.</summary>
    public TimeSpan WatchdogInterval { get; init; }

    /// <summary>When it last said WATCHDOG=1, by CLOCK_BOOTTIME; zero when it never did.</summary>
    public TimeSpan LastWatchdog { get; init; }

    /// <summary>True when output was seen (files only).</summary>
    public bool HasOutput { get; init; }

    /// <summary>True when the host that launched it is gone.</summary>
    public bool HostGone { get; init; }

    /// <summary>Process id of the root program; 0 before it started.</summary>
    public int RootPid { get; init; }

    /// <summary>The end, once the tree is empty.</summary>
    public EndNotice? End { get; init; }
}
