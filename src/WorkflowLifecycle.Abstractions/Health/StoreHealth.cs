namespace WorkflowLifecycle;

/// <summary>How the store answers.</summary>
public sealed record StoreHealth
{
    /// <summary>Where it is, as in <see cref="IProcessStore.Location"/>.</summary>
    public required string Location { get; init; }

    /// <summary>Whether it could be read.</summary>
    public required bool IsAvailable { get; init; }

    /// <summary>How long a small read took, in milliseconds; null when it could not be read.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>Why it could not be read; null when it could.</summary>
    public string? Problem { get; init; }
}
