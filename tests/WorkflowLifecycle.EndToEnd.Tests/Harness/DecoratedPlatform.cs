using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>The real platform with something put around what it makes.</summary>
internal sealed class DecoratedPlatform(IContainmentPlatform platform) : IContainmentPlatform
{
    public Func<IPreparedRun, IPreparedRun> Prepared { get; init; } = prepared => prepared;

    public Func<IContainment, IContainment> Opened { get; init; } = containment => containment;

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
        Prepared(await platform.PrepareAsync(spec, cancellationToken));

    public IContainment Open(RunRecord run) => Opened(platform.Open(run));

    public Task<IHeldRun?> HoldAgainAsync(RunRecord run, CancellationToken cancellationToken = default) => platform.HoldAgainAsync(run, cancellationToken);

    public ProcessPresence Look(ProcessIdentity identity) => platform.Look(identity);

    public Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken = default) => platform.WaitForExitAsync(identity, cancellationToken);
}
