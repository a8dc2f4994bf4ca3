namespace WorkflowLifecycle;

/// <summary>What a run's tree was doing at an instant, redacted: enough to say afterwards why it stood still.</summary>
public sealed record RunEvidence
{
    /// <summary>Version of this shape; it grows by addition only.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The kill that it was taken for; null when for none.</summary>
    public KillId? KillId { get; init; }

    /// <summary>When it was taken (UTC).</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>How long that took, in milliseconds.</summary>
    public double DurationMs { get; init; }

    /// <summary>Between the two looks that the differences come from, in milliseconds; 0 when there was no second one.</summary>
    public double IntervalMs { get; init; }

    /// <summary>True when something was left out for want of time or room; <see cref="Cut"/> says what.</summary>
    public bool Truncated => Cut.Count > 0;

    /// <summary>The parts that are not whole, in words: <c>files</c>, <c>command lines</c>, <c>processes</c> and so on.</summary>
    public IReadOnlyList<string> Cut { get; init; } = [];

    /// <summary>The processes: root first where it is known, then by PID.</summary>
    public IReadOnlyList<ProcessEvidence> Processes { get; init; } = [];

    /// <summary>What the run's cgroup says; empty where there is none.</summary>
    public IReadOnlyList<EvidenceReading> Cgroup { get; init; } = [];

    /// <summary>The last lines of its output, where they can be had here.</summary>
    public IReadOnlyList<EvidenceOutput> Output { get; init; } = [];

    /// <summary>What the host's own <see cref="IEvidenceSource"/>s said.</summary>
    public IReadOnlyList<EvidenceReading> Sources { get; init; } = [];

    /// <summary>Why it is not on record; null when it is.</summary>
    public string? NotStored { get; init; }
}
