namespace WorkflowLifecycle;

/// <summary>One thing that was looked at.</summary>
public sealed record EnvironmentFinding
{
    /// <summary>Short stable name, for example <c>cgroup</c>, <c>shim</c>, <c>store</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What of it was found, as a stable word: <c>read-only</c>, <c>absent</c>, <c>in-memory</c>. Null where there is only one.</summary>
    public string? Kind { get; init; }

    /// <summary>False when something should be changed.</summary>
    public required bool IsGood { get; init; }

    /// <summary>What was found, in words.</summary>
    public required string Detail { get; init; }

    /// <summary>The exact lines that change it; empty when nothing needs to.</summary>
    public IReadOnlyList<string> Remedy { get; init; } = [];
}
