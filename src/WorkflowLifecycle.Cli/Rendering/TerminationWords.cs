namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>How a program is told to leave, in words.</summary>
internal static class TerminationWords
{
    public static string Of(TerminationLadder ladder)
    {
        string steps = string.Join(", then ", ladder.Steps.Select(Of));
        return ladder.Scope == TerminationScope.MainProcess ? steps + " (the main process alone)" : steps;
    }

    private static string Of(TerminationStep step)
    {
        string what = step.Kind switch
        {
            TerminationStepKind.Signal => SignalWords.Of(step.Signal),
            TerminationStepKind.InputLine => $"the line '{step.Text}'",
            _ => ShellQuote.Join([step.Text ?? string.Empty, .. step.Arguments]),
        };
        return step.Wait is { } wait ? $"{what} ({Words.Duration(wait)})" : what;
    }
}
