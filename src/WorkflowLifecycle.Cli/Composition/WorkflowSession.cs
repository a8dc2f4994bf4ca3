using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Cli.Composition;

/// <summary>A service provider by its parts.</summary>
internal sealed class WorkflowSession(ServiceProvider services) : IWorkflowSession
{
    public IProcessRegistry Registry => services.GetRequiredService<IProcessRegistry>();

    public IKillCoordinator Kills => services.GetRequiredService<IKillCoordinator>();

    public IRunEvidence Evidence => services.GetRequiredService<IRunEvidence>();

    public ITrackedProcessLauncher Launcher => services.GetRequiredService<ITrackedProcessLauncher>();

    public IEnvironmentDoctor Doctor => services.GetRequiredService<IEnvironmentDoctor>();

    public IProcessStore Store => services.GetRequiredService<IProcessStore>();

    public ICleanupDebts Debts => services.GetRequiredService<ICleanupDebts>();

    public IRunRetention Retention => services.GetRequiredService<IRunRetention>();

    public ILifecycleStatistics Statistics => services.GetRequiredService<ILifecycleStatistics>();

    public IRunRecovery Recovery => services.GetRequiredService<IRunRecovery>();

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
