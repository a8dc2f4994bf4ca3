namespace WorkflowLifecycle;

/// <summary>Something that a run is in the middle of.</summary>
/// <param name="Description">In a few words, redacted, at most 200 characters: <c>git push</c>, <c>write lock on orders.db</c>.</param>
public sealed record InFlightWork(string Description)
{
    /// <summary>The process at work, in the namespace of the observer; null when it is not known.</summary>
    public int? Pid { get; init; }

    /// <summary>Its start, in clock ticks since boot; with the PID it names the process within one boot. 0 when it is not known.</summary>
    public ulong StartTicks { get; init; }

    /// <summary>The file that it is about (absolute); null when it is not about one.</summary>
    public string? Path { get; init; }
}
