namespace WorkflowLifecycle;

/// <summary>What the emergency spool of this user holds, whatever store it is for.</summary>
public sealed record SpoolHealth
{
    /// <summary>Its directory.</summary>
    public required string Path { get; init; }

    /// <summary>Entries that no store has taken yet.</summary>
    public int Entries { get; init; }

    /// <summary>When the oldest of them was written (UTC); null when there is none.</summary>
    public DateTimeOffset? Oldest { get; init; }

    /// <summary>What is torn, altered or missing, in words. It is never merged.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];
}
