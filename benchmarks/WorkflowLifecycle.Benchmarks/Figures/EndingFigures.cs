using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>Ending a tree, by the engine's containment alone and by a whole kill, beside the bare subreaper on the same tree.</summary>
internal static class EndingFigures
{
    private const string Baseline = "subreaper";

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room, int rounds)
    {
        foreach (int count in new[] { 1, 10 })
        {
            yield return FigureFactory.Difference($"end {count}, CgroupAndReaper, above the subreaper", Baseline, await PairedRun.MeasureAsync(
                rounds, () => room.EndByEngineAsync(room.WithCgroups, TreeKind.Plain, count), () => room.EndByBaselineAsync(TreeKind.Plain, count)), 1.5);
        }

        foreach (int count in new[] { 100, 1_000 })
        {
            yield return FigureFactory.Ratio($"end {count}, CgroupAndReaper", Baseline, await PairedRun.MeasureAsync(
                rounds, () => room.EndByEngineAsync(room.WithCgroups, TreeKind.Plain, count), () => room.EndByBaselineAsync(TreeKind.Plain, count)), 1.25);
        }

        yield return FigureFactory.Ratio("end 100, Reaper", Baseline, await PairedRun.MeasureAsync(
            rounds, () => room.EndByEngineAsync(room.WithoutCgroups, TreeKind.Plain, 100), () => room.EndByBaselineAsync(TreeKind.Plain, 100)), 3);

        await using Library library = Library.Open(room.NewPath("store"), room.WithCgroups);
        yield return FigureFactory.Ratio("KillAsync 100, SQLite FULL, receipt", Baseline, await PairedRun.MeasureAsync(
            rounds, () => KillAsync(room, library, 100), () => room.EndByBaselineAsync(TreeKind.Plain, 100)), 1.8);
    }

    private static async Task<double> KillAsync(TreeRoom room, Library library, int count)
    {
        ITrackedProcess run = await library.LaunchAsync(room.Forest, room.Tree(TreeKind.Plain, count));
        await using (run)
        {
            long started = System.Diagnostics.Stopwatch.GetTimestamp();
            KillReport report = await library.KillAsync(run.RunId);
            double took = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await run.WaitForExitAsync();
            return report.Outcome == KillOutcome.Killed ? took : throw new InvalidOperationException($"The kill came to {report.Outcome}: {report.Message}");
        }
    }
}
