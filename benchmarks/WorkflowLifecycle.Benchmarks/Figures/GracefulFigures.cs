using System.Diagnostics;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>What grace costs a run that needs none, and how soon a stronger request is felt. Both from the call to the answer, commits and receipt included.</summary>
internal static class GracefulFigures
{
    private const string Baseline = "subreaper";
    private const double Limit = 50;

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room, int rounds)
    {
        await using Library library = Library.Open(room.NewPath("store"), room.WithCgroups);
        foreach (int count in new[] { 1, 100 })
        {
            // The programs leave on SIGTERM at once: from there to the answer is what a run waits for that has nothing in flight.
            yield return FigureFactory.Difference($"graceful {count}, from SIGTERM to the answer, above the subreaper", Baseline, await PairedRun.MeasureAsync(
                rounds, () => EndGracefullyAsync(room, library, count, isWhole: false), () => room.EndByBaselineAsync(TreeKind.Plain, count)), Limit);

            // No target: with the intent, the look for work in flight, and the look at the tree that stands still.
            yield return FigureFactory.Difference($"graceful {count}, whole, above the subreaper", Baseline, await PairedRun.MeasureAsync(
                rounds, () => EndGracefullyAsync(room, library, count, isWhole: true), () => room.EndByBaselineAsync(TreeKind.Plain, count)), double.PositiveInfinity);
        }

        yield return FigureFactory.Difference("emergency during a graceful wait, above the subreaper", Baseline, await PairedRun.MeasureAsync(
            rounds, () => EscalateAsync(room, library), () => room.EndByBaselineAsync(TreeKind.Plain, 1)), Limit);
    }

    private static async Task<double> EndGracefullyAsync(TreeRoom room, Library library, int count, bool isWhole)
    {
        ITrackedProcess run = await library.LaunchAsync(room.Forest, room.Tree(TreeKind.Plain, count));
        await using (run)
        {
            long started = Stopwatch.GetTimestamp();
            KillReport report = await library.Kills.KillAsync(run.RunId, new KillRequest("benchmark", WorkflowPrincipal.LocalUser()));
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds - (isWhole ? 0 : TimeBeforeTheSignal(report));
            await run.WaitForExitAsync();
            return report.Outcome == KillOutcome.ExitedGracefully ? took : throw new InvalidOperationException($"The kill came to {report.Outcome}: {report.Message}");
        }
    }

    // What comes before these steps, the intent, is counted though it precedes the signal as well.
    private static double TimeBeforeTheSignal(KillReport report) => report.Steps.Where(step => step.Name is "quiesce" or "safe-point").Sum(step => step.DurationMs);

    private static async Task<double> EscalateAsync(TreeRoom room, Library library)
    {
        ITrackedProcess run = await library.LaunchAsync(room.Forest, room.Tree(TreeKind.Plain, 1));
        await using (run)
        {
            await using IAsyncDisposable section = await run.EnterCriticalSectionAsync(CriticalSectionKind.Git, "benchmark");
            Task<KillReport> waiting = library.Kills.KillAsync(run.RunId, new KillRequest("benchmark", WorkflowPrincipal.LocalUser()));
            while ((await library.Store.FindRunAsync(run.RunId))!.State != RunState.Stopping)
            {
                await Task.Yield();
            }

            long started = Stopwatch.GetTimestamp();
            KillReport report = await library.KillAsync(run.RunId);
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await waiting;
            await run.WaitForExitAsync();
            return report.Outcome == KillOutcome.Killed ? took : throw new InvalidOperationException($"The kill came to {report.Outcome}: {report.Message}");
        }
    }
}
