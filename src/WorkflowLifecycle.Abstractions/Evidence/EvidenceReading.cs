namespace WorkflowLifecycle;

/// <summary>Lines of text from one place.</summary>
public sealed record EvidenceReading
{
    /// <summary>The place: a file of the cgroup such as <c>cpu.pressure</c>, or the name of a source.</summary>
    public required string Name { get; init; }

    /// <summary>What it said, redacted.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Why it said nothing, or not all; null otherwise.</summary>
    public string? Problem { get; init; }
}
