namespace WorkflowLifecycle.Processes;

/// <summary>The processes of a run.</summary>
/// <param name="Processes">Root first where it is known, then by PID.</param>
/// <param name="Truncated">True when the time was up before all were read.</param>
public sealed record ProcessListing(IReadOnlyList<ProcessSnapshot> Processes, bool Truncated)
{
    /// <summary>No process.</summary>
    public static ProcessListing Empty { get; } = new([], false);
}
