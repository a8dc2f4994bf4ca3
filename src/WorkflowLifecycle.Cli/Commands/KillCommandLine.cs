namespace WorkflowLifecycle.Cli.Commands;

/// <summary>What a <c>kill</c> asks for, checked.</summary>
internal sealed record KillCommandLine
{
    public required IReadOnlyList<RunId> Runs { get; init; }

    public string? Workflow { get; init; }

    public RunState? State { get; init; }

    public required KillRequest Request { get; init; }

    public bool IsDryRun { get; init; }

    public bool IsConfirmed { get; init; }

    public bool AsJson { get; init; }

    /// <summary>True when the runs are searched for instead of named.</summary>
    public bool IsSelection => Workflow is not null || State is not null;

    /// <summary>True when JSON is one object: one run was named.</summary>
    public bool IsSingle => !IsSelection && Runs.Count == 1;
}
