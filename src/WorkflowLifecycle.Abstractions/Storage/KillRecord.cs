namespace WorkflowLifecycle;

/// <summary>The durable row of a kill.</summary>
public sealed record KillRecord
{
    /// <summary>The kill.</summary>
    public required KillId KillId { get; init; }

    /// <summary>The run it ends.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Version for compare-and-set. 0 = not stored yet; the store writes 1 and counts up.</summary>
    public long Version { get; init; }

    /// <summary>Where the kill stands.</summary>
    public required KillState State { get; init; }

    /// <summary>The strongest mode asked for so far.</summary>
    public required KillMode Mode { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The subject who asked first.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Which door the request came through.</summary>
    public required string Door { get; init; }

    /// <summary>The caller's key; null if none. Unique per run.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The terminate ceiling of a graceful kill.</summary>
    public TimeSpan TerminateCeiling { get; init; }

    /// <summary>How long a graceful kill may take in all, from its intent to SIGKILL; null when nothing but the ceilings was set.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>When it was asked for (UTC).</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When the report was stored (UTC); null before.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The receipt; null until there is one.</summary>
    public KillReport? Report { get; init; }

    /// <summary>True until the kill is over: at most one open kill per run.</summary>
    public bool IsOpen => State is not (KillState.Completed or KillState.Denied);
}
