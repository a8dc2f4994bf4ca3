namespace WorkflowLifecycle;

/// <summary>Which ends of runs to list, by when they were. Every condition that is set must hold.</summary>
public sealed record EndQuery
{
    /// <summary>The largest page, and the default.</summary>
    public const int MaximumLimit = 500;

    /// <summary>Ended at or after (UTC).</summary>
    public DateTimeOffset? EndedFrom { get; init; }

    /// <summary>Ended before (UTC).</summary>
    public DateTimeOffset? EndedBefore { get; init; }

    /// <summary>Page size, 1 to <see cref="MaximumLimit"/>.</summary>
    public int Limit { get; init; } = MaximumLimit;

    /// <summary>Continue after this page: <see cref="EndPage.Next"/> of the page before. Stays valid while rows change and go.</summary>
    public string? Cursor { get; init; }
}
