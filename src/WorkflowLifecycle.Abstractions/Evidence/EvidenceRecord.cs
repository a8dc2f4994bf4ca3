namespace WorkflowLifecycle;

/// <summary>What was seen of a run's tree before it was ended, as it is stored.</summary>
public sealed record EvidenceRecord
{
    /// <summary>How many of a run's are read back at most.</summary>
    public const int MaximumRead = 50;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The kill that it was taken for; null when for none.</summary>
    public KillId? KillId { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Redacted JSON, compressed with Brotli.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }
}
