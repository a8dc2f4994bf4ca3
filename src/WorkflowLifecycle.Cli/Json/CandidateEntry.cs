namespace WorkflowLifecycle.Cli.Json;

/// <summary>A tree as <c>find --json</c> and <c>adopt --dry-run --json</c> print it.</summary>
internal sealed record CandidateEntry
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>What <c>adopt</c> takes.</summary>
    public required string Token { get; init; }

    public required int Pid { get; init; }

    public required string User { get; init; }

    public required DateTime StartedAt { get; init; }

    public double CpuSeconds { get; init; }

    public long ResidentBytes { get; init; }

    /// <summary>The live run that holds it; null when none does.</summary>
    public string? RunId { get; init; }

    /// <summary>Why it cannot be adopted; null when it can.</summary>
    public string? Refusal { get; init; }

    public ContainmentStrength Strength { get; init; }

    public IReadOnlyList<string> Consequences { get; init; } = [];

    public IReadOnlyList<ProcessEntry> Processes { get; init; } = [];

    /// <summary>Near it, and not adopted.</summary>
    public IReadOnlyList<ProcessEntry> Nearby { get; init; } = [];

    public static CandidateEntry Of(AdoptCandidate candidate) => new()
    {
        Token = candidate.Token.ToString(),
        Pid = candidate.Root.Pid,
        User = candidate.User,
        StartedAt = candidate.StartedAt.UtcDateTime,
        CpuSeconds = candidate.CpuTime.TotalSeconds,
        ResidentBytes = candidate.ResidentBytes,
        RunId = candidate.TrackedBy?.Value,
        Refusal = candidate.Refusal,
        Strength = candidate.Strength,
        Consequences = candidate.Consequences,
        Processes = ProcessEntry.Of(candidate.Processes),
        Nearby = ProcessEntry.Of(candidate.Nearby),
    };
}
