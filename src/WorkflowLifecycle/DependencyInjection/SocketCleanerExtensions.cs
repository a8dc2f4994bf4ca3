using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.DependencyInjection;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of ports and Unix sockets.</summary>
public static class SocketCleanerExtensions
{
    /// <summary>
    /// Watches the ports and named Unix sockets that outlive a run until they are free, names who holds them, and removes the socket files that the run made and
    /// that nobody is bound to any more. Ports are known by the run's cgroup; the others where a look saw them, which is taken every
    /// <see cref="SocketCleanerOptions.LookInterval"/>, and before the end. Adding it again changes nothing but the options.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddSocketCleaner(this IWorkflowLifecycleBuilder builder, Action<SocketCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddWatcherOnce(configure, static options => options.Ceiling, static options => options.LookInterval,
            static provider => SocketCleaner.Create(provider.GetRequiredService<IOptions<SocketCleanerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
    }
}
