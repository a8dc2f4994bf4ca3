namespace WorkflowLifecycle;

/// <summary>Which audit entries to read. Every condition that is set must hold.</summary>
public sealed record AuditQuery
{
    /// <summary>The largest page, and the default.</summary>
    public const int MaximumLimit = 1000;

    /// <summary>Entries of this run.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Entries of this kill.</summary>
    public KillId? KillId { get; init; }

    /// <summary>Entries of this chain.</summary>
    public string? ChainId { get; init; }

    /// <summary>Leave out the first so many entries that match.</summary>
    public long Skip { get; init; }

    /// <summary>Page size, 1 to <see cref="MaximumLimit"/>.</summary>
    public int Limit { get; init; } = MaximumLimit;
}
