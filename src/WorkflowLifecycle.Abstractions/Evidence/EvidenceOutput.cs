namespace WorkflowLifecycle;

/// <summary>The last lines of one stream.</summary>
public sealed record EvidenceOutput
{
    /// <summary>The stream.</summary>
    public required OutputStream Stream { get; init; }

    /// <summary>Its last lines, oldest first, redacted.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}
