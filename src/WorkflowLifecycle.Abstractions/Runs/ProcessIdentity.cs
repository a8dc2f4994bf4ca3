namespace WorkflowLifecycle;

/// <summary>
/// Which process, beyond doubt: a PID alone is reused, also across restarts and PID namespaces. Compare identities, never PIDs.
/// </summary>
public sealed record ProcessIdentity
{
    /// <summary>Stable id of the machine (32 hexadecimal digits where the machine has an id, else its host name).</summary>
    public required string HostId { get; init; }

    /// <summary>Id of the boot that the process lives in; another boot id means that the process is gone.</summary>
    public required string BootId { get; init; }

    /// <summary>Inode of the PID namespace in which <see cref="Pid"/> counts. 0 = unknown.</summary>
    public ulong PidNamespace { get; init; }

    /// <summary>Start of that namespace's PID 1, in clock ticks since boot: namespace inodes are reused, this pair is not. 0 = unknown.</summary>
    public ulong PidNamespaceStartTicks { get; init; }

    /// <summary>The process id, above 0.</summary>
    public required int Pid { get; init; }

    /// <summary>Start of the process, in clock ticks since boot.</summary>
    public required ulong StartTicks { get; init; }

    /// <summary>Kernel file handle of the process (hexadecimal), which is never reused; null where the kernel has none.</summary>
    public string? PidfsHandle { get; init; }
}
