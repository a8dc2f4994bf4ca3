namespace WorkflowLifecycle;

/// <summary>Which finished runs to forget.</summary>
public sealed record PurgeRequest
{
    /// <summary>The largest batch. One batch is one transaction: a small one keeps other writers waiting for less.</summary>
    public const int MaximumLimit = 500;

    /// <summary>Runs that ended before this instant (UTC).</summary>
    public required DateTimeOffset EndedBefore { get; init; }

    /// <summary>Only these runs; empty = any.</summary>
    public IReadOnlyList<RunId> RunIds { get; init; } = [];

    /// <summary>How many at most, 1 to <see cref="MaximumLimit"/>. Those that ended first go first.</summary>
    public int Limit { get; init; } = 100;
}
