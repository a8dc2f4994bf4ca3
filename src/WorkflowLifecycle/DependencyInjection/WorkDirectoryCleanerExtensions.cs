using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Configuration;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of working directories.</summary>
public static class WorkDirectoryCleanerExtensions
{
    /// <summary>
    /// Adds the cleaner <c>work-directory</c>: at the end of each run its working directory is kept, deleted or archived, as
    /// <see cref="LaunchRequest.WorkDirectory"/> or the settings say. By itself it keeps them. Calling it again only configures it further.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddWorkDirectoryCleaner(this IWorkflowLifecycleBuilder builder, Action<WorkDirectoryCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        if (builder.Services.All(static service => service.ImplementationType != typeof(WorkDirectoryCleanerOptionsValidator)))
        {
            builder.Services.AddSingleton<IValidateOptions<WorkDirectoryCleanerOptions>, WorkDirectoryCleanerOptionsValidator>();
            builder.Services.AddOptions<WorkDirectoryCleanerOptions>().ValidateOnStart();
            builder.Services.TryAddSingleton<OccupiedPlaces>();
            builder.Services.AddSingleton<IResourceCleaner>(static provider => WorkDirectoryCleaner.Create(
                provider.GetRequiredService<IOptions<WorkDirectoryCleanerOptions>>().Value,
                (run, cancellationToken) => provider.GetRequiredService<OccupiedPlaces>().FindAsync(run, cancellationToken),
                provider.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }
}
