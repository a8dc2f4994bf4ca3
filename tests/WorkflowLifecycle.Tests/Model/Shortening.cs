namespace WorkflowLifecycle.Tests.Model;

/// <summary>Leaves out of a sequence that breaks a promise whatever it is broken without.</summary>
internal static class Shortening
{
    // The threads of the engine are real: what is broken once may be kept the next time.
    private const int Attempts = 10;

    public static (IReadOnlyList<Step> Steps, string Broken) Shorten(IReadOnlyList<Step> steps)
    {
        string broken = Explain(steps) ?? "not broken again: it depends on the threads";
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            List<Step> without = [.. steps.Where((_, at) => at != i)];
            if (Explain(without) is { } still)
            {
                (steps, broken) = (without, still);
            }
        }

        return (steps, broken);
    }

    private static string? Explain(IReadOnlyList<Step> steps)
    {
        for (int i = 0; i < Attempts; i++)
        {
            using World world = new();
            if (world.Play(steps) is { } broken)
            {
                return $"{broken}\n{string.Join('\n', world.History)}";
            }
        }

        return null;
    }
}
