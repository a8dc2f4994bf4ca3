namespace WorkflowLifecycle;

/// <summary>What a kill would do, without doing it.</summary>
public sealed record KillPreview
{
    /// <summary>Version of this shape; it grows by addition only.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The run's row as it is now.</summary>
    public required RunRecord Run { get; init; }

    /// <summary>The processes that would be ended, each with why it belongs to the run.</summary>
    public IReadOnlyList<ProcessSnapshot> Processes { get; init; } = [];

    /// <summary>Runs launched under this one that would be ended with it.</summary>
    public IReadOnlyList<RunId> ChildRuns { get; init; } = [];

    /// <summary>What would be waited for, in words.</summary>
    public IReadOnlyList<string> Waits { get; init; } = [];

    /// <summary>What would be cleaned, in words.</summary>
    public IReadOnlyList<string> Cleans { get; init; } = [];
}
