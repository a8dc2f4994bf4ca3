using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Portable;

/// <summary>A platform on which everything restores and registers, and launching fails by name.</summary>
internal sealed class UnsupportedPlatform : IContainmentPlatform
{
    public ProcessIdentity Self { get; } = new()
    {
        HostId = Environment.MachineName,
        BootId = "unknown",
        Pid = Environment.ProcessId,
        StartTicks = 0,
    };

    public LocalUser User { get; } = CurrentUser();

    public string RuntimeRoot => Path.Combine(Path.GetTempPath(), "workflow-lifecycle");

    public Task<ContainmentAbility> ProbeAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(new ContainmentAbility
        {
            Strength = ContainmentStrength.BestEffort,
            Why = Explanation,
            Findings = [new EnvironmentFinding { Name = "platform", IsGood = false, Detail = Explanation, Remedy = ["Run the host on Linux (kernel 5.14 or newer)."] }],
        });

    public static LocalUser CurrentUser() => new(-1, Environment.UserName, IsPrivileged: false) { HostId = Environment.MachineName };

    public int? FindOwnInside(ContainmentRecord containment) => null;

    public ContainmentSpec Resolve(ContainmentSpec spec) => throw Unsupported();

    public Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, CancellationToken cancellationToken = default) => throw Unsupported();

    public IContainment Open(RunRecord run) => throw new WorkflowLifecycleException(Explanation + " Ask a process on the run's own machine.");

    public ProcessPresence Look(ProcessIdentity identity) => ProcessPresence.Elsewhere;

    public Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken = default) => throw Unsupported();

    public IProcessAdopter Adopter => throw new WorkflowLifecycleException(Explanation + " Run the host on Linux (kernel 5.14 or newer).");

    public IWorkObserver Work => throw new WorkflowLifecycleException(Explanation + " Ask a process on the run's own machine.");

    public IEvidenceReader Evidence => throw new WorkflowLifecycleException(Explanation + " Ask a process on the run's own machine.");

    private static string Explanation => $"Holding process trees is not implemented for {RuntimeInformation.OSDescription}.";

    private static LaunchFailedException Unsupported() =>
        new(LaunchStage.Containment, Explanation + " Run the host on Linux (kernel 5.14 or newer).");
}
