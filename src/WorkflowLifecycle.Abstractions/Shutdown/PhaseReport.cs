namespace WorkflowLifecycle;

/// <summary>One line of a kill's report: a shutdown phase and what became of it.</summary>
public sealed record PhaseReport
{
    /// <summary>The phase.</summary>
    public required string Name { get; init; }

    /// <summary>When it had its turn.</summary>
    public required ShutdownStage Stage { get; init; }

    /// <summary>What became of it.</summary>
    public required PhaseOutcome Outcome { get; init; }

    /// <summary>Milliseconds, from the beginning of its stage.</summary>
    public double DurationMs { get; init; }

    /// <summary>What it waited for, by name, in the order in which it was seen; at most 20, and of more the oldest that were done are left out.</summary>
    public IReadOnlyList<AwaitedWork> WaitedFor { get; init => field = value ?? []; } = [];

    /// <summary>Why it failed, or is not available; null otherwise.</summary>
    public string? Message { get; init; }
}
