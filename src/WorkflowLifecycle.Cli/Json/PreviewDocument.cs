namespace WorkflowLifecycle.Cli.Json;

/// <summary>What a kill would do, as <c>kill --dry-run --json</c> prints it.</summary>
internal sealed record PreviewDocument
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Always true: tells a preview from a receipt.</summary>
    public bool DryRun { get; init; } = true;

    public required string RunId { get; init; }

    public string? Workflow { get; init; }

    public required string State { get; init; }

    public IReadOnlyList<ProcessEntry> Processes { get; init; } = [];

    public IReadOnlyList<string> ChildRuns { get; init; } = [];

    public IReadOnlyList<string> Waits { get; init; } = [];

    public IReadOnlyList<string> Cleans { get; init; } = [];

    public static PreviewDocument Of(KillPreview preview) => new()
    {
        RunId = preview.Run.RunId.Value,
        Workflow = preview.Run.Workflow,
        State = preview.Run.State.Name,
        Processes = ProcessEntry.Of(preview.Processes),
        ChildRuns = [.. preview.ChildRuns.Select(run => run.Value)],
        Waits = preview.Waits,
        Cleans = preview.Cleans,
    };
}
