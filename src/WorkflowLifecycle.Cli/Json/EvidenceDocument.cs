namespace WorkflowLifecycle.Cli.Json;

/// <summary>Evidence of a run, as <c>evidence --json</c> prints it.</summary>
internal sealed record EvidenceDocument
{
    public int SchemaVersion { get; init; } = 1;

    public required string RunId { get; init; }

    public string? KillId { get; init; }

    public required DateTime TakenAt { get; init; }

    public double DurationMs { get; init; }

    public double IntervalMs { get; init; }

    public bool Truncated { get; init; }

    public IReadOnlyList<string> Cut { get; init; } = [];

    public IReadOnlyList<EvidenceProcess> Processes { get; init; } = [];

    public IReadOnlyList<EvidenceLines> Cgroup { get; init; } = [];

    public IReadOnlyList<EvidenceLines> Output { get; init; } = [];

    public IReadOnlyList<EvidenceLines> Sources { get; init; } = [];

    /// <summary>Why it is not on record; null when it is.</summary>
    public string? NotStored { get; init; }

    public static EvidenceDocument Of(RunEvidence evidence) => new()
    {
        RunId = evidence.RunId.Value,
        KillId = evidence.KillId?.ToString(),
        TakenAt = evidence.TakenAt.UtcDateTime,
        DurationMs = evidence.DurationMs,
        IntervalMs = evidence.IntervalMs,
        Truncated = evidence.Truncated,
        Cut = evidence.Cut,
        Processes = [.. evidence.Processes.Select(EvidenceProcess.Of)],
        Cgroup = [.. evidence.Cgroup.Select(EvidenceLines.Of)],
        Output = [.. evidence.Output.Select(EvidenceLines.Of)],
        Sources = [.. evidence.Sources.Select(EvidenceLines.Of)],
        NotStored = evidence.NotStored,
    };
}
