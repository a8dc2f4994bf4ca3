namespace WorkflowLifecycle;

/// <summary>A run was to end with the call that waited for it, and goes on: ending it was denied, or is not confirmed.</summary>
public sealed class RunNotEndedException : WorkflowLifecycleException
{
    /// <summary>What became of the kill, and why the run was to end.</summary>
    public RunNotEndedException(KillReport report, Exception? innerException = null)
        : base(Describe(report), innerException) => Report = report;

    /// <summary>The run.</summary>
    public RunId RunId => Report.RunId;

    /// <summary>The report of the kill: <see cref="KillOutcome.Denied"/> or <see cref="KillOutcome.KillUnconfirmed"/>.</summary>
    public KillReport Report { get; }

    private static string Describe(KillReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return $"Run {report.RunId} was to end and is not over ({report.Outcome}): {report.Message} End it with 'workflowctl kill {report.RunId}'.";
    }
}
