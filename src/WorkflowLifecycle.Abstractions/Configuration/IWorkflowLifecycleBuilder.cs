using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle;

/// <summary>What <c>AddWorkflowLifecycle</c> returns, for packages that add to it.</summary>
public interface IWorkflowLifecycleBuilder
{
    /// <summary>The services of the host.</summary>
    IServiceCollection Services { get; }
}
