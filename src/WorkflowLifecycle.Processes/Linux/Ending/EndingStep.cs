namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>The points between looking and signalling at which a PID may change hands. Tests stop there; nothing else does.</summary>
internal enum EndingStep
{
    /// <summary>PIDs are known, nothing was read of them yet.</summary>
    Numbered = 0,

    /// <summary>The listing is complete, nothing is pinned.</summary>
    Listed = 1,

    /// <summary>Each listed process is pinned; whether it belongs was not asked again.</summary>
    Pinned = 2,

    /// <summary>Those that belong are known; the first signal follows.</summary>
    Confirmed = 3,
}
