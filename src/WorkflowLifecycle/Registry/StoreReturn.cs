using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Registry;

/// <summary>Writes what the store did not take, once it is back: as long as this process lives, nobody else would.</summary>
internal static class StoreReturn
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Writes behind the caller's back: at once, or else when the store is back.</summary>
    /// <returns>Completes when it is written. Does not throw, and nobody has to wait for it.</returns>
    public static Task BeginAsync(RunId runId, Func<Task> write, TimeProvider timeProvider, ILogger logger) => Task.Run(async () =>
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            Log.WrittenLater(logger, runId, exception);
            await WriteAsync(runId, write, timeProvider, logger).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.WatchFailed(logger, runId, exception);
        }
    });

    /// <summary>Tries again until the store takes it. Does not throw.</summary>
    public static async Task WriteAsync(RunId runId, Func<Task> write, TimeProvider timeProvider, ILogger logger)
    {
        while (true)
        {
            await Task.Delay(Interval, timeProvider).ConfigureAwait(false);
            try
            {
                await write().ConfigureAwait(false);
                return;
            }
            catch (StoreUnavailableException exception)
            {
                Log.StoreStillAway(logger, runId, exception.Message);
            }
            catch (Exception exception)
            {
                Log.WatchFailed(logger, runId, exception);
                return;
            }
        }
    }
}
