using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowLifecycle;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds cleaners of your own.</summary>
public static class ResourceCleanerExtensions
{
    /// <summary>
    /// Adds a cleaner to the end of every run that this host launches, unless the launch says otherwise. Its name goes into the row of each: a process
    /// that ends the run and does not have the cleaner leaves its part as a debt. Adding the same type again changes nothing; two cleaners of one
    /// name are refused at the first launch or kill.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddResourceCleaner<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TCleaner>(this IWorkflowLifecycleBuilder builder)
        where TCleaner : class, IResourceCleaner
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IResourceCleaner, TCleaner>());
        return builder;
    }

    /// <summary>Adds a cleaner that exists already; otherwise as <see cref="AddResourceCleaner{TCleaner}(IWorkflowLifecycleBuilder)"/>.</summary>
    public static IWorkflowLifecycleBuilder AddResourceCleaner(this IWorkflowLifecycleBuilder builder, IResourceCleaner cleaner)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(cleaner);
        builder.Services.AddSingleton(cleaner);
        return builder;
    }
}
