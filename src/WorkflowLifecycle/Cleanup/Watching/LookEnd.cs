namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>What became of a look.</summary>
/// <param name="Took">How long the watcher took.</param>
/// <param name="Hanging">Its work, where that did not end; null otherwise.</param>
/// <param name="IsOver">The run is over: no other look is needed.</param>
internal sealed record LookEnd(TimeSpan Took, Task? Hanging = null, bool IsOver = false);
