using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowLifecycle;
using WorkflowLifecycle.ManagedStacks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds managed stacks to evidence.</summary>
public static class ManagedStackExtensions
{
    /// <summary>
    /// Adds a source of evidence, <c>managed-stacks</c>: what each managed thread of the .NET processes of a run is executing. The runtimes of
    /// those processes are asked, so that nobody attaches to them or stops them from outside. Adding it again changes nothing.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddManagedStacks(this IWorkflowLifecycleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IEvidenceSource, ManagedStackSource>());
        return builder;
    }
}
