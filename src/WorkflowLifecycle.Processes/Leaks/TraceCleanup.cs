namespace WorkflowLifecycle.Processes;

/// <summary>What became of what was left of a run.</summary>
/// <param name="Cleaned">What is gone, by name.</param>
/// <param name="Remaining">What is still there, by name, with the reason.</param>
public sealed record TraceCleanup(IReadOnlyList<string> Cleaned, IReadOnlyList<string> Remaining)
{
    /// <summary>True when a process is among what remains.</summary>
    public bool HasSurvivor { get; init; }
}
