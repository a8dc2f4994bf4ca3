namespace WorkflowLifecycle;

/// <summary>One step of a kill.</summary>
/// <param name="Name">For example <c>intent</c>, <c>terminate</c>, <c>kill</c>, <c>prove</c>, <c>clean</c>.</param>
/// <param name="DurationMs">Milliseconds.</param>
/// <param name="Outcome">In words; <c>ok</c> when there is nothing to add.</param>
public sealed record KillStep(string Name, double DurationMs, string Outcome);
