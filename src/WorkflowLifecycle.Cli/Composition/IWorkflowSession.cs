namespace WorkflowLifecycle.Cli.Composition;

/// <summary>The library, opened on one store.</summary>
internal interface IWorkflowSession : IAsyncDisposable
{
    IProcessRegistry Registry { get; }

    IKillCoordinator Kills { get; }

    IRunEvidence Evidence { get; }

    ITrackedProcessLauncher Launcher { get; }

    IEnvironmentDoctor Doctor { get; }

    IProcessStore Store { get; }

    ICleanupDebts Debts { get; }

    IRunRetention Retention { get; }

    ILifecycleStatistics Statistics { get; }

    IRunRecovery Recovery { get; }
}
