namespace WorkflowLifecycle;

/// <summary>One row that was held against reality.</summary>
public sealed record RecoveredRun
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What became of it.</summary>
    public required RecoveryOutcome Outcome { get; init; }

    /// <summary>Why, or what there is to know about it; null when the outcome says it all.</summary>
    public string? Detail { get; init; }

    /// <summary>The kill that was found interrupted; null when there was none.</summary>
    public KillId? KillId { get; init; }
}
