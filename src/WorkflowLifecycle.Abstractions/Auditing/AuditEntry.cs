namespace WorkflowLifecycle;

/// <summary>An entry of the append-only audit.</summary>
public sealed record AuditEntry
{
    /// <summary>The chain: the machine's stable id.</summary>
    public required string ChainId { get; init; }

    /// <summary>Place in the chain, from 1, without a gap.</summary>
    public required long Sequence { get; init; }

    /// <summary>What happened.</summary>
    public required string Stage { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The run, if any.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The kill, if any.</summary>
    public KillId? KillId { get; init; }

    /// <summary>Who; null when it was erased.</summary>
    public string? Actor { get; init; }

    /// <summary>Why; null when there was none or it was erased.</summary>
    public string? Reason { get; init; }

    /// <summary>Further facts by name.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>Hash of this entry (hexadecimal SHA-256), which covers the hash before it.</summary>
    public required string Hash { get; init; }

    /// <summary>Hash of the entry before it in the chain; 64 zeros for the first.</summary>
    public required string PreviousHash { get; init; }
}
