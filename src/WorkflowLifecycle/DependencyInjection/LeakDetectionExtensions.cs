using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.DependencyInjection;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the leak detection.</summary>
public static class LeakDetectionExtensions
{
    /// <summary>
    /// Notes at the launch of each run what the host has (open files, zombies, sockets, named shared memory of its user), and tells the difference at its end,
    /// with every process that still carries the run's mark. Nothing is freed. Adding it again changes nothing but the options.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddLeakDetection(this IWorkflowLifecycleBuilder builder, Action<LeakDetectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCleanerOnce(configure, static options => options.Ceiling,
            static provider => LeakDetection.Create(provider.GetRequiredService<IOptions<LeakDetectionOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
    }
}
