namespace WorkflowLifecycle;

/// <summary>Where a run's tree is held, in durable terms: enough for another process, or a restarted host, to find and end it.</summary>
public sealed record ContainmentRecord
{
    /// <summary>The strength at launch, or a lower one that was noticed since.</summary>
    public required ContainmentStrength Strength { get; init; }

    /// <summary>The run directory (absolute): control socket, kill lock, records, journal, output files.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The run's cgroup (absolute); null at strengths without one.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>Inode of that directory. A directory of the same name with another inode is somebody else's.</summary>
    public ulong CgroupInode { get; init; }

    /// <summary>The shim that holds the tree; null where there is none.</summary>
    public ProcessIdentity? Shim { get; init; }

    /// <summary>What was closed on request, and is in force for the whole tree.</summary>
    public Hardening Hardening { get; init; }

    /// <summary>Ways out of the containment that are open at this strength, in words.</summary>
    public IReadOnlyList<string> OpenExits { get; init; } = [];
}
