using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.Configuration;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of containers.</summary>
public static class ContainerCleanerExtensions
{
    /// <summary>
    /// Adds the cleaner <c>containers</c>: each run that is launched from now on finds labels in <c>WORKFLOW_LIFECYCLE_CONTAINER_LABELS</c>, and at its end
    /// the Docker and Podman containers that carry them are removed. Calling it again only configures it further.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddContainerCleaner(this IWorkflowLifecycleBuilder builder, Action<ContainerCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        if (builder.Services.All(static service => service.ImplementationType != typeof(ContainerCleanerOptionsValidator)))
        {
            builder.Services.AddSingleton<IValidateOptions<ContainerCleanerOptions>, ContainerCleanerOptionsValidator>();
            builder.Services.AddSingleton(static provider => ContainerCleaner.Create(provider.GetRequiredService<IOptions<ContainerCleanerOptions>>().Value));
        }

        return builder;
    }
}
