using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Hosting;

/// <summary>
/// In a host with a start-up and an end. Wrong settings and an unusable store stop it at the start, and the first launch and kill find everything
/// warm. At the end the runs of this host are ended or handed over. A generic host stops its services one by one, the one that was added last first:
/// services that were added after AddWorkflowLifecycle still have their runs while they stop, those added before find them gone.
/// </summary>
internal sealed class LifecycleHostedService(
    StoreStart start, StartRecovery recovery, IContainmentPlatform platform, HostShutdown shutdown, BackgroundWork background, IOptions<WorkflowLifecycleOptions> options, TimeProvider timeProvider)
    : IHostedService
{
    // Rows are settled in milliseconds each; a holder that does not answer is no reason for a host not to start.
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(2);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _ = options.Value;
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await platform.ProbeAsync(cancellationToken).ConfigureAwait(false);
        background.Start();

        // What was there before is as it is by the time that the services after this one start. Interrupted kills go on beside that.
        await recovery.Settled.WaitAsync(RecoveryLimit, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task stopping = background.StopAsync();
        await shutdown.RunAsync(cancellationToken).ConfigureAwait(false);

        // What does not stop is left: the host's own time is up.
        await stopping.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
