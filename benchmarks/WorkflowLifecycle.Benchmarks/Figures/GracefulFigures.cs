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
            yield return FigureFactory.Difference($"graceful KillAsync {count}, nothing in flight, above the subreaper", Baseline, await PairedRun.MeasureAsync(
                rounds, () => EndGracefullyAsync(room, library, count), () => room.EndByBaselineAsync(TreeKind.Plain, count)), Limit);
        }

        yield return FigureFactory.Difference("emergency during a graceful wait, above the subreaper", Baseline, await PairedRun.MeasureAsync(
            rounds, () => EscalateAsync(room, library), () => room.EndByBaselineAsync(TreeKind.Plain, 1)), Limit);
    }

    private static async Task<double> EndGracefullyAsync(TreeRoom room, Library library, int count)
    {
        ITrackedProcess run = await library.LaunchAsync(room.Forest, room.Tree(TreeKind.Plain, count));
        await using (run)
        {
            long started = Stopwatch.GetTimestamp();
            KillReport report = await library.Kills.KillAsync(run.RunId, new KillRequest("benchmark", WorkflowPrincipal.LocalUser()));
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await run.WaitForExitAsync();
            return report.Outcome == KillOutcome.ExitedGracefully ? took : throw new InvalidOperationException($"The kill came to {report.Outcome}: {report.Message}");
        }
    }

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
