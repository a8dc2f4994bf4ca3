using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Ending;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>A process of a run ends and a stranger takes its PID, at a chosen point between look and signal.</summary>
internal static class ReuseVerb
{
    private const int Terminate = 15;

    public static async Task<int> RunAsync(bool end, string holder, EndingStep when)
    {
        using Trees tree = new(holder);
        Process? stranger = null;
        RunContainment containment = tree.Open(step =>
        {
            if (step == when && stranger is null)
            {
                Numbers.Free(tree.Member);
                stranger = Numbers.Take(tree.Member, "sleep", "60");
            }
        });
        await using (containment)
        {
            await (end ? containment.EndAsync(KillId.New(TimeProvider.System)) : containment.SignalAsync(Terminate, SignalScope.WholeTree, TimeSpan.Zero));
        }

        Console.WriteLine($"bystander {Numbers.Fate(tree.Bystander)}, stranger {(stranger is null ? "missing" : Numbers.Fate(stranger.Id))}");
        return 0;
    }
}
