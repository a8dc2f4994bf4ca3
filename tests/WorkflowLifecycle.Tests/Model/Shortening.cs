namespace WorkflowLifecycle.Tests.Model;

/// <summary>Leaves out of a sequence that breaks a promise whatever it is broken without.</summary>
internal static class Shortening
{
    // With a step less the same number is another order: one of a few may come to the same.
    private const int Orders = 4;

    public static (Script Script, string Broken) Shorten(Script script, Rest rest)
    {
        string broken = Explain(script, rest) ?? "not broken again";
        for (int i = script.Steps.Count - 1; i >= 0; i--)
        {
            Step[] without = [.. script.Steps.Where((_, at) => at != i)];
            for (int order = 0; order < Orders; order++)
            {
                Script shorter = new(script.Order + order, without);
                if (Explain(shorter, rest) is { } still)
                {
                    (script, broken) = (shorter, still);
                    break;
                }
            }
        }

        return (script, broken);
    }

    private static string? Explain(Script script, Rest rest)
    {
        using World world = new(script.Order, rest);
        return world.Play(script.Steps) is { } broken ? $"{broken}\n{string.Join('\n', world.History)}" : null;
    }
}
