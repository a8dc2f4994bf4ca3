using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>The real platform, but the caller loses patience at the very moment the gate opens.</summary>
internal sealed class CancellingPlatform(IContainmentPlatform platform, CancellationTokenSource caller) : IContainmentPlatform
{
    public ProcessIdentity Self => platform.Self;

    public LocalUser User => platform.User;

    public string RuntimeRoot => platform.RuntimeRoot;

    public Task<ContainmentAbility> ProbeAsync(CancellationToken cancellationToken = default) => platform.ProbeAsync(cancellationToken);

    public int? FindOwnInside(ContainmentRecord containment) => platform.FindOwnInside(containment);

    public ContainmentSpec Resolve(ContainmentSpec spec) => platform.Resolve(spec);

    public async Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, CancellationToken cancellationToken = default) =>
        new CancellingRun(await platform.PrepareAsync(spec, cancellationToken), caller);

    public IContainment Open(RunRecord run) => platform.Open(run);

    public ProcessPresence Look(ProcessIdentity identity) => platform.Look(identity);
}
