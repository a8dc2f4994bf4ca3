using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Stores.Tests;

/// <summary>What a host has of the library when it chooses its store.</summary>
internal sealed class StoreBuilder : IWorkflowLifecycleBuilder
{
    public IServiceCollection Services { get; } = new ServiceCollection();
}
