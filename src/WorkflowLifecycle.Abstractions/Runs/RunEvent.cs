namespace WorkflowLifecycle;

/// <summary>Something that happened to a run. Delivered at least once, ordered per run.</summary>
public sealed record RunEvent
{
    /// <summary>Place in the stream: pass it to go on after this event. 0 before the store assigned it.</summary>
    public EventCursor Cursor { get; init; }

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What happened, in dotted lower case: <c>run.launching</c>, <c>run.state</c>, <c>kill.intent</c>, <c>kill.completed</c> and so on. More kinds may come.</summary>
    public required string Kind { get; init; }

    /// <summary>The run's state after it.</summary>
    public required RunState State { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One line of detail, redacted; null if none.</summary>
    public string? Message { get; init; }
}
