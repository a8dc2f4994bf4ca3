namespace WorkflowLifecycle;

/// <summary>Over which span of time.</summary>
public sealed record StatisticsQuery
{
    /// <summary>From this instant on (UTC): runs that ended, and kills that were asked for.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Before this instant (UTC). Null: until now, and runs that are not over count too.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>A run that needed longer than this to become ready counts as stuck. Default 30 minutes.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(30);
}
