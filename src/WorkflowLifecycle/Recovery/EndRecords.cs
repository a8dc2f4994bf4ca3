using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>
/// What the end of a run left in its directory: the shim's records and the lock. One order for every end: free the
/// containment, commit the outcome, then this. Until the outcome is on record, whoever has to go on derives it from them; what a crash
/// leaves after that, <see cref="RemainsSweeper"/> finds.
/// </summary>
internal sealed class EndRecords(SpoolMerge spooled, StepWriter steps, IContainmentPlatform platform, ILogger<EndRecords> logger)
{
    /// <summary>Takes them away, once the outcome is on record. Does not throw: the end stands, whatever is left of its records.</summary>
    public async Task DiscardAsync(RunRecord run)
    {
        if (run.Containment is null)
        {
            return;
        }

        try
        {
            await spooled.MergeAsync(run.RunId).ConfigureAwait(false);
            if (!Directory.Exists(run.Containment.RunDirectory))
            {
                return;
            }

            await spooled.MergeEarlierAsync(run).ConfigureAwait(false);
            IContainment containment = platform.Open(run);
            await using (containment.ConfigureAwait(false))
            {
                if (steps.Take(PersistedStep.RecordsDiscarded, () => containment.DiscardRecords(keepOutput: run.Output == OutputMode.Files)) is { Count: > 0 } left)
                {
                    Log.RecordsKept(logger, run.RunId, run.Containment.RunDirectory, string.Join(", ", left));
                }
            }
        }
        catch (Exception exception)
        {
            Log.RecordsKept(logger, run.RunId, run.Containment.RunDirectory, exception.Message);
        }
    }
}
