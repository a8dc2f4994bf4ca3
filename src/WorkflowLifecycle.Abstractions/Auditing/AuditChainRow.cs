namespace WorkflowLifecycle;

/// <summary>An audit entry as a store keeps it: the sealed part, and beside it the personal part that can be erased.</summary>
public sealed record AuditChainRow
{
    /// <summary>The chain.</summary>
    public required string ChainId { get; init; }

    /// <summary>Place in the chain, from 1, without a gap.</summary>
    public required long Sequence { get; init; }

    /// <summary>Hash of the row before it; <see cref="AuditChain.FirstPreviousHash"/> for the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>Hash of this row: 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>Which canonical form <see cref="Payload"/> has.</summary>
    public required int CanonicalVersion { get; init; }

    /// <summary>The canonical text that is hashed. Never rewritten, not even to erase a person.</summary>
    public required string Payload { get; init; }

    /// <summary>Who; null when it was erased.</summary>
    public string? Actor { get; init; }

    /// <summary>Salt of the commitment to <see cref="Actor"/>; erased with it.</summary>
    public string? ActorSalt { get; init; }

    /// <summary>Why; null when there was none or it was erased.</summary>
    public string? Reason { get; init; }

    /// <summary>Salt of the commitment to <see cref="Reason"/>; erased with it.</summary>
    public string? ReasonSalt { get; init; }
}
