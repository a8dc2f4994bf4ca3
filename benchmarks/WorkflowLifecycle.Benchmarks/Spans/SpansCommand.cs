using System.Diagnostics;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Spans;

/// <summary>Where the time of a launch and of a kill goes: medians of the library's own spans, over trees of one size.</summary>
internal static class SpansCommand
{
    private const int WarmUpRounds = 40;
    private const int Rounds = 41;

    public static async Task<int> RunAsync(int count)
    {
        using TreeRoom room = await TreeRoom.OpenAsync();
        await using Library library = Library.Open(room.NewPath("store"), room.WithCgroups);
        using ActivitySource source = new("WorkflowLifecycle");
        using SpanTimes times = new();
        double first = 0;
        for (int round = -WarmUpRounds; round < Rounds; round++)
        {
            if (round == 0)
            {
                times.Clear();
            }

            ITrackedProcess run = await library.LaunchAsync(room.Forest, room.Tree(TreeKind.Plain, count));
            await using (run)
            {
                long started = Stopwatch.GetTimestamp();
                using (Activity? whole = source.StartActivity("KillAsync"))
                {
                    await library.KillAsync(run.RunId);
                }

                first = round == -WarmUpRounds ? Stopwatch.GetElapsedTime(started).TotalMilliseconds : first;

                await run.WaitForExitAsync();
            }
        }

        Console.WriteLine($"| span, trees of {count} | begins | takes | seen |");
        Console.WriteLine("|---|---|---|---|");
        foreach (string line in times.Lines())
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(FormattableString.Invariant($"The first kill of the process took {first:0.0} ms."));
        return 0;
    }
}
