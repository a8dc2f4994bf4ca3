namespace WorkflowLifecycle;

/// <summary>A kill past its ceiling whose tree is still there.</summary>
public sealed record UnconfirmedKill
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The kill; null when the row does not name it.</summary>
    public KillId? KillId { get; init; }

    /// <summary>When it was asked for (UTC); null when that is not known.</summary>
    public DateTimeOffset? Since { get; init; }
}
