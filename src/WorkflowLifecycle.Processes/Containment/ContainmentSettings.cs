namespace WorkflowLifecycle.Processes;

/// <summary>Where the platform may put things.</summary>
public sealed record ContainmentSettings
{
    /// <summary>Where run directories are made; null = found.</summary>
    public string? RuntimeDirectory { get; init; }

    /// <summary>The cgroup under which runs get theirs; null = found.</summary>
    public string? CgroupRoot { get; init; }

    /// <summary>Never use a cgroup: runs are held at <see cref="ContainmentStrength.Reaper"/>. For tests and for sites that forbid it.</summary>
    public bool WithoutCgroups { get; init; }
}
