using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>The real platform, but somebody does something to a run at the moment its gate opens.</summary>
internal sealed class InterferingPlatform(IContainmentPlatform platform, Func<ContainmentRecord, Func<Task<IHeldRun>>, Task<IHeldRun>> go) : IContainmentPlatform
{
    public ProcessIdentity Self => platform.Self;

    public LocalUser User => platform.User;

    public string RuntimeRoot => platform.RuntimeRoot;

    public IProcessAdopter Adopter => platform.Adopter;

    public IWorkObserver Work => platform.Work;

    public IEvidenceReader Evidence => platform.Evidence;

    public Task<ContainmentAbility> ProbeAsync(CancellationToken cancellationToken = default) => platform.ProbeAsync(cancellationToken);

    public int? FindOwnInside(ContainmentRecord containment) => platform.FindOwnInside(containment);

    public ContainmentSpec Resolve(ContainmentSpec spec) => platform.Resolve(spec);

    public async Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, CancellationToken cancellationToken = default) =>
        new InterferedRun(await platform.PrepareAsync(spec, cancellationToken), go);

    public IContainment Open(RunRecord run) => platform.Open(run);

    public ProcessPresence Look(ProcessIdentity identity) => platform.Look(identity);

    public Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken = default) => platform.WaitForExitAsync(identity, cancellationToken);

    private sealed class InterferedRun(IPreparedRun prepared, Func<ContainmentRecord, Func<Task<IHeldRun>>, Task<IHeldRun>> go) : IPreparedRun
    {
        public ContainmentRecord Containment => prepared.Containment;

        public Task<IHeldRun> GoAsync(CancellationToken cancellationToken = default) => go(Containment, () => prepared.GoAsync(cancellationToken));

        public ValueTask DisposeAsync() => prepared.DisposeAsync();
    }
}
