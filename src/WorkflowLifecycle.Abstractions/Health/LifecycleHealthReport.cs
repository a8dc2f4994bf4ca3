namespace WorkflowLifecycle;

/// <summary>What somebody should look at.</summary>
public sealed record LifecycleHealthReport
{
    /// <summary>The version of this shape; it grows by addition.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>When it was looked at (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was found; empty when all is well.</summary>
    public IReadOnlyList<HealthFinding> Findings { get; init; } = [];

    /// <summary>True when nothing was found.</summary>
    public bool IsHealthy => Findings.Count == 0;
}
