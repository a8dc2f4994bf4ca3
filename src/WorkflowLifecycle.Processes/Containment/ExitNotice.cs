namespace WorkflowLifecycle.Processes;

/// <summary>How the root program exited.</summary>
/// <param name="ExitCode">Its exit code; null when a signal ended it.</param>
/// <param name="Signal">The signal that ended it; null otherwise.</param>
public sealed record ExitNotice(int? ExitCode, int? Signal);
