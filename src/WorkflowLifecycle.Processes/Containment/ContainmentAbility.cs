namespace WorkflowLifecycle.Processes;

/// <summary>How firmly trees can be held here, and why.</summary>
public sealed record ContainmentAbility
{
    /// <summary>The strength of a launch here.</summary>
    public required ContainmentStrength Strength { get; init; }

    /// <summary>Why not a better one.</summary>
    public required string Why { get; init; }

    /// <summary>The cgroup under which runs get theirs; null where none can be had.</summary>
    public string? CgroupRoot { get; init; }

    /// <summary>Why no tree can outlive this host here, with the remedy; null where nothing is known that would end it.</summary>
    public string? KeepProblem { get; init; }

    /// <summary>Ways out of the containment that are open at this strength.</summary>
    public IReadOnlyList<string> OpenExits { get; init; } = [];

    /// <summary>The single findings, for the doctor.</summary>
    public IReadOnlyList<EnvironmentFinding> Findings { get; init; } = [];
}
