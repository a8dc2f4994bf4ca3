namespace WorkflowLifecycle;

/// <summary>What to forget.</summary>
public sealed record RetentionRequest
{
    /// <summary>Runs that ended longer ago than this; above 0. Null: as <see cref="WorkflowLifecycleOptions.Retention"/> says.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Only count; forget nothing.</summary>
    public bool DryRun { get; init; }
}
