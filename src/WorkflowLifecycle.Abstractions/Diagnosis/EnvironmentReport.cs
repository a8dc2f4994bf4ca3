namespace WorkflowLifecycle;

/// <summary>What <see cref="IEnvironmentDoctor"/> found.</summary>
public sealed record EnvironmentReport
{
    /// <summary>Version of this shape; it grows by addition only.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The strength that a launch has here.</summary>
    public required ContainmentStrength Strength { get; init; }

    /// <summary>Why not a better one; or that there is none better.</summary>
    public required string Why { get; init; }

    /// <summary>Ways out of the containment that are open at this strength.</summary>
    public IReadOnlyList<string> OpenExits { get; init; } = [];

    /// <summary>The single findings.</summary>
    public IReadOnlyList<EnvironmentFinding> Findings { get; init; } = [];
}
