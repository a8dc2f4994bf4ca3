using WorkflowLifecycle.Cleanup;

namespace WorkflowLifecycle.Launching;

/// <summary>A launch that failed after its row was made.</summary>
/// <param name="row">The row as the launch knows it, with what was made for it.</param>
/// <param name="why">In words, redacted.</param>
/// <param name="exception">What went wrong.</param>
/// <param name="unanswered">Names of the providers that did not answer.</param>
internal sealed class FailedLaunch(RunRecord row, string why, Exception exception, IReadOnlyList<string> unanswered)
{
    public RunRecord Row { get; } = row;

    public string Why { get; } = why;

    public Exception Exception { get; } = exception;

    public IReadOnlyList<string> Unanswered { get; } = unanswered;

    /// <summary>What the cleaning came to, once it is done: a store that is away has it written again, not done again.</summary>
    public CleanupEnd? Cleaned { get; set; }
}
