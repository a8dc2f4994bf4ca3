namespace WorkflowLifecycle;

/// <summary>One line of a receipt: a kind of resource, before and after.</summary>
public sealed record CleanupResult
{
    /// <summary>Who cleaned: <c>cgroup</c>, <c>shim</c>, <c>run-directory</c> or a cleaner's name.</summary>
    public required string Cleaner { get; init; }

    /// <summary>What was there.</summary>
    public IReadOnlyList<string> Found { get; init => field = value ?? []; } = [];

    /// <summary>What was freed, and verified to be gone.</summary>
    public IReadOnlyList<string> Cleaned { get; init => field = value ?? []; } = [];

    /// <summary>What is still there, or could not be looked at, with who holds it where that is known.</summary>
    public IReadOnlyList<string> Remaining { get; init => field = value ?? []; } = [];

    /// <summary>One of <see cref="CleanupOutcomes"/>; where something remains, the reason follows in <see cref="Message"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why something remains; null otherwise.</summary>
    public string? Message { get; init; }

    /// <summary>Milliseconds.</summary>
    public double DurationMs { get; init; }
}
