namespace WorkflowLifecycle.Processes;

/// <summary>A tree and the run that it is to become.</summary>
public sealed record AdoptionSpec
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>32 hexadecimal digits: names the run directory and the cgroup.</summary>
    public required string InternalId { get; init; }

    /// <summary>The root of the tree.</summary>
    public required ProcessIdentity Root { get; init; }

    /// <summary>Whether the root's session belongs to it.</summary>
    public bool IncludeSession { get; init; }

    /// <summary>The weakest containment that will do.</summary>
    public ContainmentStrength MinimumStrength { get; init; }
}
