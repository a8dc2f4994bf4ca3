using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Evidence;

/// <summary>What was read before a secret was taken out of it: kept by nobody, shown to nobody.</summary>
internal sealed record RawEvidence
{
    public required RunRecord Run { get; init; }

    public KillId? KillId { get; init; }

    public required DateTimeOffset TakenAt { get; init; }

    public required double DurationMs { get; init; }

    public required TreeEvidence Tree { get; init; }

    public IReadOnlyList<EvidenceReading> Sources { get; init; } = [];

    /// <summary>True when there is nothing to keep: the tree was gone, or nothing of it was read in time.</summary>
    public bool IsEmpty => Tree.Processes.Count == 0 && Sources.All(source => source.Lines.Count == 0);

    /// <summary>In a few words, for the report of a kill.</summary>
    public string Summary =>
        (Tree.Processes.Count == 1 ? "1 process" : $"{Tree.Processes.Count} processes") + (Tree.Cut.Count == 0 ? string.Empty : $", cut: {string.Join(", ", Tree.Cut)}");
}
