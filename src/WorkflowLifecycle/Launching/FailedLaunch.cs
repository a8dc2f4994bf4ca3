namespace WorkflowLifecycle.Launching;

/// <summary>A launch that failed after its row was made.</summary>
/// <param name="Row">The row as the launch knows it, with what was made for it.</param>
/// <param name="Why">In words, redacted.</param>
/// <param name="Exception">What went wrong.</param>
internal sealed record FailedLaunch(RunRecord Row, string Why, Exception Exception);
