namespace WorkflowLifecycle.Cli.Json;

/// <summary>An audit entry, as <c>audit --json</c> prints it.</summary>
internal sealed record AuditLine
{
    public int SchemaVersion { get; init; } = 1;

    public required string ChainId { get; init; }

    public long Sequence { get; init; }

    public required DateTime At { get; init; }

    public required string Stage { get; init; }

    public string? RunId { get; init; }

    public string? KillId { get; init; }

    public string? Actor { get; init; }

    public string? Reason { get; init; }

    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    public required string PreviousHash { get; init; }

    public required string Hash { get; init; }

    public static AuditLine Of(AuditEntry entry) => new()
    {
        ChainId = entry.ChainId,
        Sequence = entry.Sequence,
        At = entry.At.UtcDateTime,
        Stage = entry.Stage,
        RunId = entry.RunId?.Value,
        KillId = entry.KillId?.ToString(),
        Actor = entry.Actor,
        Reason = entry.Reason,
        Details = entry.Details,
        PreviousHash = entry.PreviousHash,
        Hash = entry.Hash,
    };
}
