namespace WorkflowLifecycle.Processes;

/// <summary>What was read of a tree, as it was read: nothing in it is redacted.</summary>
public sealed record TreeEvidence
{
    /// <summary>Between the two looks, in milliseconds; 0 when there was no second one.</summary>
    public double IntervalMs { get; init; }

    /// <summary>What is not whole, in words.</summary>
    public IReadOnlyList<string> Cut { get; init; } = [];

    /// <summary>The processes.</summary>
    public IReadOnlyList<ProcessEvidence> Processes { get; init; } = [];

    /// <summary>Files of the run's cgroup.</summary>
    public IReadOnlyList<EvidenceReading> Cgroup { get; init; } = [];

    /// <summary>The end of the run's output files, where it has them; each as one text, since a secret may go over several lines.</summary>
    public IReadOnlyList<EvidenceOutput> Output { get; init; } = [];
}
