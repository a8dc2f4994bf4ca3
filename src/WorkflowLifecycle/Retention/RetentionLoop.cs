using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Retention;

/// <summary>Forgets, as long as the host is up: at its start and then daily.</summary>
internal sealed class RetentionLoop(IRunRetention retention, IOptions<WorkflowLifecycleOptions> options, TimeProvider timeProvider, ILogger<RetentionLoop> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>Returns when it was told to stop. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await retention.ApplyAsync(new RetentionRequest(), WorkflowPrincipal.Host(options.Value.HostName), stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.RetentionFailed(logger, exception);
            }

            await Task.Delay(Interval, timeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
