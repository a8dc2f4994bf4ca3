namespace WorkflowLifecycle;

/// <summary>What was forgotten, or would be.</summary>
public sealed record RetentionReport
{
    /// <summary>How many are named at most in <see cref="Kept"/>.</summary>
    public const int MaximumNamed = 100;

    /// <summary>The version of this shape; it grows by addition.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Runs that ended before this instant (UTC) were looked at.</summary>
    public required DateTimeOffset EndedBefore { get; init; }

    /// <summary>True when nothing was forgotten.</summary>
    public bool DryRun { get; init; }

    /// <summary>How many runs were forgotten, with all that was stored of them.</summary>
    public int Runs { get; init; }

    /// <summary>How many run directories, with kept output, were removed.</summary>
    public int Directories { get; init; }

    /// <summary>How many runs that are old enough stay.</summary>
    public int KeptRuns { get; init; }

    /// <summary>Those that stay, each with the reason; <see cref="MaximumNamed"/> at most.</summary>
    public IReadOnlyList<KeptRun> Kept { get; init; } = [];
}
