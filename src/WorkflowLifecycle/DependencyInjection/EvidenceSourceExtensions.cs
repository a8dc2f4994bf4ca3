using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowLifecycle;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds sources of evidence of your own.</summary>
public static class EvidenceSourceExtensions
{
    /// <summary>Adds a source that is asked whenever evidence is taken in this host. Adding the same type again changes nothing.</summary>
    public static IWorkflowLifecycleBuilder AddEvidenceSource<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSource>(this IWorkflowLifecycleBuilder builder)
        where TSource : class, IEvidenceSource
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IEvidenceSource, TSource>());
        return builder;
    }

    /// <summary>Adds a source that exists already.</summary>
    public static IWorkflowLifecycleBuilder AddEvidenceSource(this IWorkflowLifecycleBuilder builder, IEvidenceSource source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.Services.AddSingleton(source);
        return builder;
    }
}
