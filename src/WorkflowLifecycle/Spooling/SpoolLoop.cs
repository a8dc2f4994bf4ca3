using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Spooling;

/// <summary>Merges, as long as the host is up, what this or another process of the user spooled.</summary>
internal sealed class SpoolLoop(SpoolMerge merge, EndRecords records, IProcessStore store, TimeProvider timeProvider, ILogger<SpoolLoop> logger)
{
    // An entry waits for the store anyway; a look at an empty spool costs four system calls.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    /// <summary>Returns when it was told to stop. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await MergeAsync(stop).ConfigureAwait(false);
            await Task.Delay(LookInterval, timeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Merges once. Does not throw.</summary>
    public Task MergeAsync(CancellationToken stop) => merge.HasWork ? Task.Run(() => MergeOnceAsync(stop), CancellationToken.None) : Task.CompletedTask;

    private async Task MergeOnceAsync(CancellationToken stop)
    {
        try
        {
            foreach (RunId runId in await merge.MergeAsync(cancellationToken: stop).ConfigureAwait(false))
            {
                if (await store.FindRunAsync(runId, stop).ConfigureAwait(false) is { State.IsFinal: true } run)
                {
                    await records.DiscardAsync(run).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (StoreUnavailableException exception)
        {
            Log.SpoolWaits(logger, exception.Message);
        }
        catch (Exception exception)
        {
            Log.SpoolNotMerged(logger, exception);
        }
    }
}
