namespace WorkflowLifecycle.Cli.Json;

/// <summary>A run, its processes and the runs launched under it, as <c>tree --json</c> prints them.</summary>
internal sealed record RunTree
{
    public int SchemaVersion { get; init; } = 1;

    public required string RunId { get; init; }

    public string? Workflow { get; init; }

    public required string State { get; init; }

    public required string Program { get; init; }

    /// <summary>Root first, parents before children.</summary>
    public IReadOnlyList<ProcessEntry> Processes { get; init; } = [];

    public IReadOnlyList<RunTree> ChildRuns { get; init; } = [];
}
