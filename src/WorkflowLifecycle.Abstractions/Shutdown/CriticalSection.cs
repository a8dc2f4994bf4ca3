namespace WorkflowLifecycle;

/// <summary>A critical section that is entered now.</summary>
public sealed record CriticalSection
{
    /// <summary>What it protects.</summary>
    public required CriticalSectionKind Kind { get; init; }

    /// <summary>Its name, or the command line of the process that holds it, redacted; empty when neither is known.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The process that holds it, in the namespace of the observer; null when it is not known.</summary>
    public int? Pid { get; init; }

    /// <summary>Its start, in clock ticks since boot; 0 when it is not known.</summary>
    public ulong StartTicks { get; init; }
}
