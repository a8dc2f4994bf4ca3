using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.DependencyInjection;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of POSIX shared memory.</summary>
public static class SharedMemoryCleanerExtensions
{
    /// <summary>
    /// Frees named shared memory and semaphores (<c>/dev/shm</c>) that have the run's own name, at its end: what begins with the value of
    /// <c>WORKFLOW_LIFECYCLE_SHARED_MEMORY</c> in the program's environment. Others that processes of the run had when they were looked at, which is every
    /// <see cref="SharedMemoryCleanerOptions.LookInterval"/> and before the end, are told. Adding it again changes nothing but the options.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddSharedMemoryCleaner(this IWorkflowLifecycleBuilder builder, Action<SharedMemoryCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddWatcherOnce(configure, static options => options.Ceiling, static options => options.LookInterval,
            static provider => SharedMemoryCleaner.Create(
                provider.GetRequiredService<IOptions<SharedMemoryCleanerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
    }
}
