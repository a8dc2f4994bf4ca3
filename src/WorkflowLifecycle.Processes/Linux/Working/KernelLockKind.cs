namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Kinds of <see cref="KernelLock"/>.</summary>
internal enum KernelLockKind
{
    /// <summary>Leases, open-file-description locks and the like.</summary>
    Other = 0,

    /// <summary>Of flock(2): belongs to the open file.</summary>
    Flock = 1,

    /// <summary>Of fcntl(2): belongs to the process.</summary>
    Posix = 2,
}
