using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.DependencyInjection;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the leak detection.</summary>
public static class LeakDetectionExtensions
{
    /// <summary>
    /// Notes at the launch of each run what the host and the machine have (open files, zombies, sockets, named shared memory, temp directory, System V objects,
    /// cgroups with our naming), and tells the difference at its end, with every process in no run that may have come out of it and the ports of those.
    /// Nothing is freed. Adding it again changes nothing but the options.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddLeakDetection(this IWorkflowLifecycleBuilder builder, Action<LeakDetectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCleanerOnce(configure, static options => options.Ceiling,
            static provider => LeakDetection.Create(provider.GetRequiredService<IOptions<LeakDetectionOptions>>().Value, SettingsOf(provider), provider.GetRequiredService<TimeProvider>()));
    }

    private static ContainmentSettings SettingsOf(IServiceProvider provider)
    {
        WorkflowLifecycleOptions options = provider.GetRequiredService<IOptions<WorkflowLifecycleOptions>>().Value;
        return new ContainmentSettings { RuntimeDirectory = options.RuntimeDirectory, CgroupRoot = options.CgroupRoot };
    }
}
