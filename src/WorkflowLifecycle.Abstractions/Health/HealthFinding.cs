namespace WorkflowLifecycle;

/// <summary>One thing that somebody should look at.</summary>
public sealed record HealthFinding
{
    /// <summary>What it is: one of <see cref="HealthFindings"/>. A newer version may have more.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is, in words, and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>Since when (UTC); null when that is not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The run; null when it is about none.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The debt; null when it is about none.</summary>
    public string? DebtId { get; init; }
}
