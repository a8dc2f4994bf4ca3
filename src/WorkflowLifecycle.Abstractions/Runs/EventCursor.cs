namespace WorkflowLifecycle;

/// <summary>A place in the event stream of one store. Keep it to go on where you stopped.</summary>
/// <param name="Position">0 = before the first event.</param>
public readonly record struct EventCursor(long Position);
