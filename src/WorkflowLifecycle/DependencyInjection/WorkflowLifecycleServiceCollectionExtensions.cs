using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Cleanup.Debts;
using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Configuration;
using WorkflowLifecycle.CriticalSections;
using WorkflowLifecycle.DependencyInjection;
using WorkflowLifecycle.Diagnosis;
using WorkflowLifecycle.Evidence;
using WorkflowLifecycle.Health;
using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Retention;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Signs;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Statistics;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds WorkflowLifecycle to a host.</summary>
public static class WorkflowLifecycleServiceCollectionExtensions
{
    /// <summary>
    /// Adds the launcher, the registry and the kill coordinator. Never throws on a platform without containment: a launch says so.
    /// Add a store to the result, for example <c>UseSqliteStore(path)</c>; without one runs are known until the host ends.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddWorkflowLifecycle(this IServiceCollection services, Action<WorkflowLifecycleOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<WorkflowLifecycleOptions>();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkflowLifecycleOptions>, WorkflowLifecycleOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IKillAuthorizer, DefaultKillAuthorizer>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ILoggerFactory, NullLoggerFactory>();
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        services.TryAddSingleton<IRedactor, SecretRedactor>();
        services.TryAddSingleton(CreatePlatform);
        AddEngine(services);
        return new WorkflowLifecycleBuilder(services);
    }

    private static void AddEngine(IServiceCollection services)
    {
        services.TryAddSingleton<IProcessStore, InMemoryProcessStore>();
        services.TryAddSingleton(provider => new LifecycleTelemetry(provider.GetService<System.Diagnostics.Metrics.IMeterFactory>()));
        services.TryAddSingleton<IFailpoints, NoFailpoints>();
        services.TryAddSingleton<StepWriter>();
        services.TryAddSingleton<EventSignal>();
        services.TryAddSingleton<StoreOpening>();
        services.TryAddSingleton<StoreStart>();
        services.TryAddSingleton<StoreHost>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, LifecycleHostedService>());
        services.TryAddSingleton<StrengthNotice>();
        services.TryAddSingleton<AuditDrafts>();
        services.TryAddSingleton<RunUpdater>();
        services.TryAddSingleton<KillAudit>();
        services.TryAddSingleton<KillLedger>();
        services.TryAddSingleton<KillRemarks>();
        services.TryAddSingleton<RequestRecorder>();
        services.TryAddSingleton<IntentWithdrawal>();
        services.TryAddSingleton<KillSpool>();
        services.TryAddSingleton<SpoolMerge>();
        services.TryAddSingleton<SpoolLoop>();
        services.TryAddSingleton<EndRecords>();
        services.TryAddSingleton<RemainsSweeper>();
        services.TryAddSingleton<SectionEntrance>();
        AddPhases(services);
        services.TryAddSingleton<LiveOutputs>();
        services.TryAddSingleton<EvidenceTaker>();
        services.TryAddSingleton<EvidenceWriter>();
        services.TryAddSingleton<IRunEvidence, RunEvidenceAccess>();
        services.TryAddSingleton<ContainmentDebts>();
        services.TryAddSingleton<ResourceCleaners>();
        services.TryAddSingleton<RunCleanups>();
        services.TryAddSingleton<RunProvisioner>();
        services.TryAddSingleton<ToldResources>();
        services.TryAddSingleton<ResourceLook>();
        services.TryAddSingleton<ResourceWatch>();
        services.TryAddSingleton<DebtRetrier>();
        services.TryAddSingleton<DebtAlarm>();
        services.TryAddSingleton<DebtLoop>();
        services.TryAddSingleton<ICleanupDebts, DebtDesk>();
        services.TryAddSingleton<ILifecycleHealth, LifecycleHealth>();
        services.TryAddSingleton<RetainedDirectory>();
        services.TryAddSingleton<IRunRetention, RunRetention>();
        services.TryAddSingleton<RetentionLoop>();
        services.TryAddSingleton<ILifecycleStatistics, StatisticsReader>();
        services.TryAddSingleton<BackgroundWork>();
        services.TryAddSingleton<KillRecorder>();
        services.TryAddSingleton<KillRunner>();
        services.TryAddSingleton<ChildRuns>();
        services.TryAddSingleton<HostExitAudit>();
        services.TryAddSingleton<RunsWithoutStore>();
        services.TryAddSingleton<KillableRuns>();
        services.TryAddSingleton<RunFinisher>();
        services.TryAddSingleton<MainExits>();
        services.TryAddSingleton<HostRuns>();
        services.TryAddSingleton<HostShutdown>();
        services.TryAddSingleton<RunReconciler>();
        services.TryAddSingleton<KillResumption>();
        services.TryAddSingleton<RunReadoption>();
        services.TryAddSingleton<RowRecovery>();
        services.TryAddSingleton<StartRecovery>();
        services.TryAddSingleton<IRunRecovery, RunRecovery>();
        services.TryAddSingleton<RunSigns>();
        services.TryAddSingleton<RunMonitors>();
        services.TryAddSingleton<IProcessRegistry, ProcessRegistry>();
        services.TryAddSingleton<KillCoordinator>();
        services.TryAddSingleton<IKillCoordinator>(static provider => provider.GetRequiredService<KillCoordinator>());
        services.TryAddSingleton<LaunchFailures>();
        services.TryAddSingleton<AdoptionLauncher>();
        services.TryAddSingleton<ITrackedProcessLauncher, TrackedProcessLauncher>();
        services.TryAddSingleton<IEnvironmentDoctor, EnvironmentDoctor>();
    }

    private static void AddPhases(IServiceCollection services)
    {
        services.TryAddSingleton<StandardInputs>();
        services.TryAddSingleton<TerminationCommand>();
        services.TryAddSingleton<WorkWait>();
        services.TryAddSingleton<ShutdownPhases>();
        services.TryAddSingleton<ShutdownProcedures>();
        if (services.All(service => service.ServiceType != typeof(BuiltInPhases)))
        {
            services.AddSingleton<BuiltInPhases>();
            services.AddSingleton(static provider => provider.GetRequiredService<BuiltInPhases>().CreateGit());
            services.AddSingleton(static provider => provider.GetRequiredService<BuiltInPhases>().CreateDatabase());
            services.AddSingleton(static provider => provider.GetRequiredService<BuiltInPhases>().CreateFile());
            services.AddSingleton(static provider => provider.GetRequiredService<BuiltInPhases>().CreateOther());
        }
    }

    private static IContainmentPlatform CreatePlatform(IServiceProvider provider)
    {
        ThreadReserve.Keep();
        WorkflowLifecycleOptions options = provider.GetRequiredService<IOptions<WorkflowLifecycleOptions>>().Value;
        ContainmentSettings settings = new() { RuntimeDirectory = options.RuntimeDirectory, CgroupRoot = options.CgroupRoot };
        return ContainmentPlatform.Create(settings, provider.GetRequiredService<TimeProvider>());
    }
}
