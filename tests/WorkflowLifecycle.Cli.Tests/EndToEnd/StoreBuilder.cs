using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>Takes a store and nothing else, for a look into a file beside the tool.</summary>
internal sealed class StoreBuilder : IWorkflowLifecycleBuilder
{
    public IServiceCollection Services { get; } = new ServiceCollection();
}
