namespace WorkflowLifecycle;

/// <summary>What was there when a run had ended, and what remained. A kill has the same lines in its report.</summary>
public sealed record RunReceipt
{
    /// <summary>The version of this shape; it grows by addition.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The kill that ended it; null when it ended by itself.</summary>
    public KillId? KillId { get; init; }

    /// <summary>When the last line was written.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Resource by resource, before and after.</summary>
    public IReadOnlyList<CleanupResult> Cleanup { get; init => field = value ?? []; } = [];
}
