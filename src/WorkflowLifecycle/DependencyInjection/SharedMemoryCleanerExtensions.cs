using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.DependencyInjection;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of POSIX shared memory.</summary>
public static class SharedMemoryCleanerExtensions
{
    /// <summary>
    /// Frees named shared memory and semaphores (<c>/dev/shm</c>) that provably only a run had, at its end. Proof needs a look at its processes: one is taken
    /// every <see cref="SharedMemoryCleanerOptions.LookInterval"/>, and before the end. What no look saw is only told. Adding it again changes nothing but the options.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddSharedMemoryCleaner(this IWorkflowLifecycleBuilder builder, Action<SharedMemoryCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddWatcherOnce(configure, static options => options.Ceiling, static options => options.LookInterval,
            static provider => SharedMemoryCleaner.Create(
                provider.GetRequiredService<IOptions<SharedMemoryCleanerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
    }
}
