using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.DependencyInjection;

internal sealed class WorkflowLifecycleBuilder(IServiceCollection services) : IWorkflowLifecycleBuilder
{
    public IServiceCollection Services { get; } = services;
}
