namespace WorkflowLifecycle.Cli.Commands;

/// <summary>The states in which there may be something to end.</summary>
internal static class LiveStates
{
    private static readonly RunState[] All =
        [RunState.Launching, RunState.Initializing, RunState.Running, RunState.Stopping, RunState.KillUnconfirmed];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(state => state.Name)];

    /// <summary>Reads a state's name, in any case.</summary>
    /// <exception cref="CliException">It is none of these.</exception>
    public static RunState Parse(string text)
    {
        foreach (RunState state in All)
        {
            if (string.Equals(state.Name, text, StringComparison.OrdinalIgnoreCase))
            {
                return state;
            }
        }

        throw CliException.Usage(
            $"'{text}' is no state that a run can be ended in. Those are {string.Join(", ", Names)}.",
            "See the states of your runs: workflowctl ps --all");
    }
}
