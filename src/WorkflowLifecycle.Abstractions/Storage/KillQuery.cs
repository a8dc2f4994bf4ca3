namespace WorkflowLifecycle;

/// <summary>Which kills to list, by when they were asked for. Every condition that is set must hold.</summary>
public sealed record KillQuery
{
    /// <summary>The largest page, and the default.</summary>
    public const int MaximumLimit = 500;

    /// <summary>Asked for at or after (UTC).</summary>
    public DateTimeOffset? RequestedFrom { get; init; }

    /// <summary>Asked for before (UTC).</summary>
    public DateTimeOffset? RequestedBefore { get; init; }

    /// <summary>Page size, 1 to <see cref="MaximumLimit"/>.</summary>
    public int Limit { get; init; } = MaximumLimit;

    /// <summary>Continue after this page: <see cref="KillPage.Next"/> of the page before. Stays valid while rows change and go.</summary>
    public string? Cursor { get; init; }
}
