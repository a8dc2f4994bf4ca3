namespace WorkflowLifecycle.Killing;

/// <summary>What a request led to, for one run.</summary>
/// <param name="Intent">Completes when the intent is durable.</param>
/// <param name="Report">Completes with the report.</param>
internal sealed record Admission(Task<KillId> Intent, Task<KillReport> Report)
{
    /// <summary>The kill under way; null when there is none to carry out.</summary>
    public KillOperation? Operation { get; init; }

    /// <summary>True when the report says all there is: child runs are not looked for.</summary>
    public bool IsAnswered { get; init; }

    public static Admission Done(KillReport report) => new(Task.FromResult(report.KillId), Task.FromResult(report)) { IsAnswered = true };
}
