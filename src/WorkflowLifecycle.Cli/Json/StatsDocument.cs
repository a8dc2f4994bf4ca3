namespace WorkflowLifecycle.Cli.Json;

/// <summary>Figures over a span of time, as <c>stats --json</c> prints them.</summary>
internal sealed record StatsDocument
{
    public int SchemaVersion { get; init; } = 1;

    public required DateTime Since { get; init; }

    public required DateTime Until { get; init; }

    public int Runs { get; init; }

    public int StuckRuns { get; init; }

    public IReadOnlyList<StuckEntry> Stuck { get; init; } = [];

    public IReadOnlyList<KillTimesEntry> Kills { get; init; } = [];

    public required CleanupFiguresEntry Cleanup { get; init; }

    public int CompletedKills { get; init; }

    public int KillsWithoutCompleteAudit { get; init; }

    public IReadOnlyList<KillWithoutAuditEntry> WithoutCompleteAudit { get; init; } = [];

    public static StatsDocument Of(LifecycleStatistics figures) => new()
    {
        Since = figures.Since.UtcDateTime,
        Until = figures.Until.UtcDateTime,
        Runs = figures.Runs,
        StuckRuns = figures.StuckRuns,
        Stuck = [.. figures.Stuck.Select(run => new StuckEntry(run.RunId.Value, run.State.Name, run.NotReadyFor.TotalSeconds))],
        Kills = [.. figures.Kills.Select(times => new KillTimesEntry(times.Mode, times.Count, times.AverageMs, times.P99Ms, times.LongestMs))],
        Cleanup = CleanupFiguresEntry.Of(figures.Cleanup),
        CompletedKills = figures.CompletedKills,
        KillsWithoutCompleteAudit = figures.KillsWithoutCompleteAudit,
        WithoutCompleteAudit = [.. figures.WithoutCompleteAudit.Select(kill => new KillWithoutAuditEntry(kill.KillId.ToString(), kill.RunId.Value, kill.Missing))],
    };
}
