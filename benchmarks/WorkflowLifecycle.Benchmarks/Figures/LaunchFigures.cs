using System.Diagnostics;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>Launching, to the moment when the program executes, beside Process.Start.</summary>
internal static class LaunchFigures
{
    private const string Program = "/bin/true";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room, int rounds)
    {
        yield return await PairAsync("launch, back to back", () => HoldAsync(room, TimeSpan.Zero), TimeSpan.Zero, rounds * 5, 2.5);
        yield return await PairAsync("launch, one every 200 ms", () => HoldAsync(room, Pause), Pause, rounds, 2.5);
        await using Library library = Library.Open(room.NewPath("store"), room.WithCgroups);

        // No target: what the two durable commits and the launcher's own work add.
        yield return await PairAsync("LaunchAsync with its commits, back to back", () => LaunchAsync(library), TimeSpan.Zero, rounds * 5, double.PositiveInfinity);
    }

    private static async Task<Figure> PairAsync(string name, Func<Task<double>> ours, TimeSpan pause, int rounds, double limit) =>
        FigureFactory.Ratio(name, "Process.Start", await PairedRun.MeasureAsync(rounds, ours, () => StartAsync(pause)), limit);

    private static async Task<double> HoldAsync(TreeRoom room, TimeSpan pause)
    {
        await Task.Delay(pause);
        long started = Stopwatch.GetTimestamp();
        EngineTree tree = await EngineTree.LaunchAsync(room.WithCgroups, Program, []);
        double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await using (tree)
        {
            await tree.EndAsync();
        }

        return took;
    }

    private static async Task<double> StartAsync(TimeSpan pause)
    {
        await Task.Delay(pause);
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(Program))!;
        double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await process.WaitForExitAsync();
        return took;
    }

    private static async Task<double> LaunchAsync(Library library)
    {
        long started = Stopwatch.GetTimestamp();
        ITrackedProcess run = await library.Launcher.LaunchAsync(new LaunchRequest(Program) { Output = OutputMode.Discard });
        double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await using (run)
        {
            await run.WaitForExitAsync();
        }

        return took;
    }
}
