namespace WorkflowLifecycle;

/// <summary>An audit entry before the store gives it its place in the chain.</summary>
public sealed record AuditDraft
{
    /// <summary>The machine's stable id: each store keeps one chain per node.</summary>
    public required string ChainId { get; init; }

    /// <summary>What happened, for example <c>Launch</c>, <c>Requested</c>, <c>Denied</c>, <c>Authorized</c>, <c>IntentWritten</c>, <c>Signal</c>, <c>ProvenDead</c>, <c>Completed</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The run, if any.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The kill, if any.</summary>
    public KillId? KillId { get; init; }

    /// <summary>Who. Personal: stored erasable, and committed to in the chain by a salted hash.</summary>
    public required string Actor { get; init; }

    /// <summary>Why. Personal likewise; null if none.</summary>
    public string? Reason { get; init; }

    /// <summary>Further facts, redacted, by name. Not personal.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}
