using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.DependencyInjection;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of System V IPC.</summary>
public static class SystemVIpcCleanerExtensions
{
    /// <summary>
    /// Frees System V shared memory that processes of a run provably made, at its end. Proof needs to know who was there: a look is taken every
    /// <see cref="SystemVIpcCleanerOptions.LookInterval"/>, and before the end. What a process made that exited before any look is only told, and so are semaphores
    /// and message queues: the kernel does not keep who made those. Adding it again changes nothing but the options.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddSystemVIpcCleaner(this IWorkflowLifecycleBuilder builder, Action<SystemVIpcCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddWatcherOnce(configure, static options => options.Ceiling, static options => options.LookInterval,
            static provider => SystemVIpcCleaner.Create(provider.GetRequiredService<IOptions<SystemVIpcCleanerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
    }
}
