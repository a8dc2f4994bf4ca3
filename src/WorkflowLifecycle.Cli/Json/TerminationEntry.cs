namespace WorkflowLifecycle.Cli.Json;

/// <summary>How a graceful kill tells the program to leave.</summary>
internal sealed record TerminationEntry(TerminationScope Scope, IReadOnlyList<TerminationStepEntry> Steps)
{
    public static TerminationEntry Of(TerminationLadder ladder) => new(ladder.Scope, [.. ladder.Steps.Select(Of)]);

    private static TerminationStepEntry Of(TerminationStep step) =>
        new(step.Kind, step.Kind == TerminationStepKind.Signal ? step.Signal : null, step.Text, step.Arguments, step.Wait?.TotalSeconds);
}
