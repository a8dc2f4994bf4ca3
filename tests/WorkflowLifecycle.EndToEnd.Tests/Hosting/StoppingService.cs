using Microsoft.Extensions.Hosting;

namespace WorkflowLifecycle.EndToEnd.Tests.Hosting;

/// <summary>Another service of the host, which does something while it stops.</summary>
internal sealed class StoppingService : IHostedService
{
    public Func<Task> OnStop { get; set; } = static () => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => OnStop();
}
