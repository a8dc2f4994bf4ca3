using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Figures over a span of time, for people.</summary>
internal static class StatsText
{
    public static void Write(TextWriter writer, LifecycleStatistics figures)
    {
        FieldList fields = new FieldList()
            .Add("since", Words.Time(figures.Since))
            .Add("until", Words.Time(figures.Until))
            .Add("runs", figures.Runs.ToString(CultureInfo.InvariantCulture))
            .Add("stuck over 30 min", figures.StuckRuns.ToString(CultureInfo.InvariantCulture));
        foreach (StuckRun run in figures.Stuck)
        {
            fields.Add(string.Empty, $"{run.RunId} {run.State.Name}: not ready for {Words.Duration(run.NotReadyFor)}");
        }

        foreach (KillTimes times in figures.Kills)
        {
            fields.Add(
                $"{times.Mode} kills".ToLowerInvariant(),
                $"{times.Count.ToString(CultureInfo.InvariantCulture)}: average {Words.Milliseconds(times.AverageMs)}, p99 {Words.Milliseconds(times.P99Ms)}, longest {Words.Milliseconds(times.LongestMs)}");
        }

        CleanupFigures cleanup = figures.Cleanup;
        fields
            .Add("cleaned", string.Create(CultureInfo.InvariantCulture, $"{cleanup.EndsShare:P2}: {cleanup.EndsWithoutDebts} of {cleanup.Ends} ends owe nothing now"))
            .Add("receipts", string.Create(CultureInfo.InvariantCulture, $"{cleanup.LinesShare:P2}: {cleanup.CleanLines} of {cleanup.Lines} lines left nothing at once"))
            .Add("audit", string.Create(CultureInfo.InvariantCulture, $"{figures.KillsWithoutCompleteAudit} of {figures.CompletedKills} kills are not complete in it"));
        foreach (KillWithoutAudit kill in figures.WithoutCompleteAudit)
        {
            fields.Add(string.Empty, $"{kill.KillId} of {kill.RunId} lacks {string.Join(", ", kill.Missing)}");
        }

        fields.Write(writer);
    }
}
