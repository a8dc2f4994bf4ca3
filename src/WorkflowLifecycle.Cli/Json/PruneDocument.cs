namespace WorkflowLifecycle.Cli.Json;

/// <summary>What was forgotten, as <c>prune --json</c> prints it.</summary>
internal sealed record PruneDocument
{
    public int SchemaVersion { get; init; } = 1;

    public required DateTime EndedBefore { get; init; }

    public bool DryRun { get; init; }

    public int Runs { get; init; }

    public int Directories { get; init; }

    public int KeptRuns { get; init; }

    public IReadOnlyList<KeptRunEntry> Kept { get; init; } = [];

    public static PruneDocument Of(RetentionReport report) => new()
    {
        EndedBefore = report.EndedBefore.UtcDateTime,
        DryRun = report.DryRun,
        Runs = report.Runs,
        Directories = report.Directories,
        KeptRuns = report.KeptRuns,
        Kept = [.. report.Kept.Select(kept => new KeptRunEntry(kept.RunId.Value, kept.Reason))],
    };
}
