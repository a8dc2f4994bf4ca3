namespace WorkflowLifecycle;

/// <summary>What somebody should look at.</summary>
public sealed record LifecycleHealthReport
{
    /// <summary>The version of this shape; it grows by addition.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>When it was looked at (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The store; null when it was not looked at.</summary>
    public StoreHealth? Store { get; init; }

    /// <summary>The emergency spool; null when it was not looked at.</summary>
    public SpoolHealth? Spool { get; init; }

    /// <summary>The debts; null when the store cannot be read.</summary>
    public DebtHealth? Debts { get; init; }

    /// <summary>Kills whose end is not confirmed, <see cref="RunQuery.MaximumLimit"/> at most; while the store is away those that the spool knows of.</summary>
    public IReadOnlyList<UnconfirmedKill> UnconfirmedKills { get; init; } = [];

    /// <summary>The strength that a launch has here; null when that could not be found out in time.</summary>
    public StrengthHealth? Strength { get; init; }

    /// <summary>What was found; empty when all is well.</summary>
    public IReadOnlyList<HealthFinding> Findings { get; init; } = [];

    /// <summary>True when nothing was found.</summary>
    public bool IsHealthy => Findings.Count == 0;
}
