namespace WorkflowLifecycle.Processes;

/// <summary>A sign of life of a run.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The notification as sent (<c>READY=1</c>, <c>STATUS=…</c>, one assignment a line); empty otherwise.</param>
public sealed record HoldSignal(HoldSignalKind Kind, string Text);
