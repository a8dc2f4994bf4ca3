namespace WorkflowLifecycle.Killing;

/// <summary>What a request led to.</summary>
/// <param name="Intent">Completes when the intent is durable.</param>
/// <param name="Report">Completes with the report.</param>
internal sealed record Admission(Task<KillId> Intent, Task<KillReport> Report)
{
    public static Admission Done(KillReport report) => new(Task.FromResult(report.KillId), Task.FromResult(report));
}
