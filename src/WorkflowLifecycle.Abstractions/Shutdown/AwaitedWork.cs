namespace WorkflowLifecycle;

/// <summary>Work that a phase waited for.</summary>
/// <param name="Description">As in <see cref="InFlightWork.Description"/>.</param>
/// <param name="Pid">The process at work; null when it is not known.</param>
/// <param name="DurationMs">For how long it was waited for, in milliseconds.</param>
/// <param name="IsDone">False when it was still in flight as the phase ended.</param>
public sealed record AwaitedWork(string Description, int? Pid, double DurationMs, bool IsDone);
