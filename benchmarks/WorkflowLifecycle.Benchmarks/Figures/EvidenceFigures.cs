using System.Diagnostics;
using WorkflowLifecycle.Benchmarks.Trees;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>What it costs to take evidence of a whole tree, beside the look that every graceful kill takes. A tenth of a second of it is the time between its two looks.</summary>
internal static class EvidenceFigures
{
    // The default of the setting: what takes longer is cut.
    private const double Ceiling = 500;

    private static readonly TimeSpan _unlimited = TimeSpan.FromSeconds(30);

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room, int rounds)
    {
        foreach (int count in new[] { 100, 1_000 })
        {
            EngineTree tree = await EngineTree.LaunchAsync(room.WithCgroups, room.Forest, room.Tree(TreeKind.Plain, count));
            await using (tree)
            {
                yield return FigureFactory.Difference($"evidence of {count:N0} processes, above the look of a kill", "look", await PairedRun.MeasureAsync(
                    rounds, () => TakeAsync(room, tree, count), () => LookAsync(tree)), Ceiling);
                await tree.EndAsync();
            }
        }
    }

    private static async Task<double> TakeAsync(TreeRoom room, EngineTree tree, int count)
    {
        long started = Stopwatch.GetTimestamp();
        TreeEvidence evidence = await room.WithCgroups.Evidence.CaptureAsync(tree.Run, _unlimited);
        double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return evidence.Cut.Count == 0 && evidence.Processes.Count == count
            ? took
            : throw new InvalidOperationException($"Only {evidence.Processes.Count} processes were read, and not whole: {string.Join(", ", evidence.Cut)}.");
    }

    private static async Task<double> LookAsync(EngineTree tree)
    {
        long started = Stopwatch.GetTimestamp();
        await using IContainment containment = tree.Open();
        _ = containment.Inspect(InspectionDepth.Full, _unlimited);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
