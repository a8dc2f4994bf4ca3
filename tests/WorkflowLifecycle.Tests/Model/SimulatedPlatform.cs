using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>The machine, as one host reaches it.</summary>
internal sealed class SimulatedPlatform(SimulatedMachine machine, SimulatedHost host) : IContainmentPlatform, IWorkObserver, IEvidenceReader
{
    public ProcessIdentity Self => host.Self;

    public LocalUser User { get; } = new(1000, "jane", IsPrivileged: false) { HostId = "machine" };

    public string RuntimeRoot => machine.Root;

    public IProcessAdopter Adopter => throw new NotSupportedException("Nothing is adopted here.");

    public IWorkObserver Work => this;

    public IEvidenceReader Evidence => this;

    public Task<ContainmentAbility> ProbeAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(new ContainmentAbility { Strength = ContainmentStrength.CgroupAndReaper, Why = "There is none better." });

    public int? FindOwnInside(ContainmentRecord containment) => null;

    public ContainmentSpec Resolve(ContainmentSpec spec) => spec;

    public Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, CancellationToken cancellationToken = default) =>
        host.Life.CallAsync($"prepare {spec.RunId}", () => Task.FromResult<IPreparedRun>(new SimulatedPreparedRun(machine, machine.Prepare(spec, host), host)));

    public IContainment Open(RunRecord run) => host.Life.Call(() =>
    {
        lock (machine.Gate)
        {
            return new SimulatedContainment(machine, machine.Find(run), run, host);
        }
    });

    public ProcessPresence Look(ProcessIdentity identity) => host.Life.Call(() =>
    {
        lock (machine.Gate)
        {
            return identity.BootId != SimulatedMachine.Identity(0, machine.Boot).BootId ? ProcessPresence.OtherBoot
                : host.World.IsAlive(identity) || machine.IsAlive(identity.Pid) ? ProcessPresence.Present
                : ProcessPresence.Gone;
        }
    });

    public Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken = default) => throw new NotSupportedException("Nobody waits for one process here.");

    public IDisposable EnterSection(ContainmentRecord containment, CriticalSectionKind kind, string name) => throw new NotSupportedException("There are no sections here.");

    public IReadOnlyList<CriticalSection> ReadSections(ContainmentRecord containment) => [];

    public Task WaitForSectionAsync(ContainmentRecord containment, CriticalSectionKind kind, CancellationToken cancellationToken) => Task.CompletedTask;

    public IReadOnlyList<InFlightWork> FindGitWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes) => [];

    public IReadOnlyList<InFlightWork> FindSqliteWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes) => [];

    public IReadOnlyList<InFlightWork> FindChangingFiles(RunRecord run, IReadOnlyList<ProcessSnapshot> processes, TimeSpan moment) => [];

    public Task<TreeEvidence> CaptureAsync(RunRecord run, TimeSpan ceiling) => Task.FromResult(new TreeEvidence());
}
