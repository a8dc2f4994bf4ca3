namespace WorkflowLifecycle;

/// <summary>A process tree that could become a run: what it is, and what adopting it would touch. As seen at an instant.</summary>
public sealed record AdoptCandidate
{
    /// <summary>The root of the tree, pinned.</summary>
    public required ProcessIdentity Root { get; init; }

    /// <summary>The root, in the form in which it is passed on.</summary>
    public AdoptToken Token => AdoptToken.Of(Root);

    /// <summary>The real user of the root: <c>os:1000</c>.</summary>
    public required string User { get; init; }

    /// <summary>When the root started (UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The working directory of the root; <c>/</c> where it cannot be read.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>CPU time of all <see cref="Processes"/> together.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>Resident memory of all <see cref="Processes"/> together; what they share is counted for each.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>What would be adopted, root first, each with the reason why it belongs: <c>root</c>, <c>descendant</c>, <c>same session</c>.</summary>
    public IReadOnlyList<ProcessSnapshot> Processes { get; init; } = [];

    /// <summary>What is near and would not be adopted: <c>same session</c> or <c>same process group</c>, and no descendant.</summary>
    public IReadOnlyList<ProcessSnapshot> Nearby { get; init; } = [];

    /// <summary>The live run that holds it already; null when none does.</summary>
    public RunId? TrackedBy { get; init; }

    /// <summary>The run whose mark is in the root's environment, over or not; null when there is none.</summary>
    public RunId? StartedUnder { get; init; }

    /// <summary>Why it cannot be adopted; null when it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>The kind of <see cref="Refusal"/>; null when there is none.</summary>
    public AdoptFailure? RefusedAs { get; init; }

    /// <summary>How firmly it would be held.</summary>
    public ContainmentStrength Strength { get; init; }

    /// <summary>What adopting it changes for others, in words.</summary>
    public IReadOnlyList<string> Consequences { get; init; } = [];
}
