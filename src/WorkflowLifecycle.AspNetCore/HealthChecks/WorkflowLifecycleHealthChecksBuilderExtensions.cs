using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkflowLifecycle;
using WorkflowLifecycle.AspNetCore.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health check of WorkflowLifecycle.</summary>
public static class WorkflowLifecycleHealthChecksBuilderExtensions
{
    private const string DefaultName = "workflow-lifecycle";

    private static readonly TimeSpan _defaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds a check that is <see cref="HealthStatus.Degraded"/> while a debt is open for longer than <see cref="WorkflowLifecycleOptions.DebtAlarmAge"/>,
    /// the emergency spool holds something or is damaged, or trees are held less firmly than asked for; and has the failure status while the store
    /// cannot be read or the end of a kill is not confirmed. Its data are the findings and what was looked at: run ids and paths, no secrets.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">Its name, unique among the checks.</param>
    /// <param name="failureStatus">The status where the store cannot be read or a kill is not confirmed. Default: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Its tags, by which endpoints choose.</param>
    /// <param name="timeout">How long the store may take before the check has failed. Default: 5 s.</param>
    public static IHealthChecksBuilder AddWorkflowLifecycle(
        this IHealthChecksBuilder builder,
        string name = DefaultName,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(name, Create, failureStatus, tags, timeout ?? _defaultTimeout));
    }

    private static LifecycleHealthCheck Create(IServiceProvider provider) => new(provider.GetService<ILifecycleHealth>() ?? throw new InvalidOperationException(
        "The health check of WorkflowLifecycle has nothing to ask: this host has no WorkflowLifecycle. Call services.AddWorkflowLifecycle() where its services are added, or leave the check out."));
}
