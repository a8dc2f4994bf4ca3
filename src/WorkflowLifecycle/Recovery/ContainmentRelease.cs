using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Recovery;

/// <summary>Frees what held a run.</summary>
internal static class ContainmentRelease
{
    /// <summary>Frees it, but for the records of the end. Whatever stands in the way, the proof of the end stands: the rest is a line of the receipt.</summary>
    public static async Task<IReadOnlyList<CleanupResult>> FreeAsync(this IContainment containment, RunRecord run, StepWriter steps, CancellationToken cancellationToken = default)
    {
        try
        {
            return await steps.TakeAsync(PersistedStep.ContainmentFreed, () => containment.CleanAsync(keepOutput: run.Output == OutputMode.Files, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return [new CleanupResult { Cleaner = "containment", Outcome = "Failed", Remaining = [run.Containment!.RunDirectory], Message = exception.Message }];
        }
    }
}
