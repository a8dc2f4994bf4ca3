namespace WorkflowLifecycle.Cli;

/// <summary>What every verb needs from its surroundings.</summary>
internal sealed record CliContext
{
    public required CliConsole Console { get; init; }

    public required IWorkflowSessions Sessions { get; init; }

    public required StoreResolver Stores { get; init; }

    public required Interrupts Interrupts { get; init; }

    /// <summary>Reads a variable of the environment.</summary>
    public required Func<string, string?> Environment { get; init; }

    public required TimeProvider Time { get; init; }
}
