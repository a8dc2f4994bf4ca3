namespace WorkflowLifecycle;

/// <summary>Figures over a span of time.</summary>
public sealed record LifecycleStatistics
{
    /// <summary>How many are named at most in each list.</summary>
    public const int MaximumNamed = 100;

    /// <summary>The version of this shape; it grows by addition.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The beginning of the span (UTC).</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The end of the span (UTC).</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>How many runs were looked at: those that ended in the span, and those that are not over.</summary>
    public int Runs { get; init; }

    /// <summary>How many of them were stuck: longer than the limit in <c>Launching</c> or <c>Initializing</c>.</summary>
    public int StuckRuns { get; init; }

    /// <summary>Those that were stuck; <see cref="MaximumNamed"/> at most.</summary>
    public IReadOnlyList<StuckRun> Stuck { get; init; } = [];

    /// <summary>How long kills took that ended something, by mode.</summary>
    public IReadOnlyList<KillTimes> Kills { get; init; } = [];

    /// <summary>What was cleaned.</summary>
    public required CleanupFigures Cleanup { get; init; }

    /// <summary>How many kills were completed.</summary>
    public int CompletedKills { get; init; }

    /// <summary>How many of them lack an entry that the audit of a kill must have.</summary>
    public int KillsWithoutCompleteAudit { get; init; }

    /// <summary>Those that lack one; <see cref="MaximumNamed"/> at most.</summary>
    public IReadOnlyList<KillWithoutAudit> WithoutCompleteAudit { get; init; } = [];
}
