using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Hosting;

/// <summary>In a host with a start-up: wrong settings and an unusable store stop it there, and the first launch and kill find everything warm.</summary>
internal sealed class LifecycleHostedService(StoreStart start, IContainmentPlatform platform, IOptions<WorkflowLifecycleOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _ = options.Value;
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await platform.ProbeAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
