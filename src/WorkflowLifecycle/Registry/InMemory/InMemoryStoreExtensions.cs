using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowLifecycle;
using WorkflowLifecycle.Registry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps runs, kills, events and audit in memory.</summary>
public static class InMemoryStoreExtensions
{
    /// <summary>
    /// Uses a store in memory, in place of any other. For tests and trials: what it holds is gone with the process, so a crash of the host
    /// leaves nothing by which another process finds its trees.
    /// </summary>
    public static IWorkflowLifecycleBuilder UseInMemoryStore(this IWorkflowLifecycleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.RemoveAll<IProcessStore>();
        builder.Services.AddSingleton<IProcessStore, InMemoryProcessStore>();
        return builder;
    }
}
