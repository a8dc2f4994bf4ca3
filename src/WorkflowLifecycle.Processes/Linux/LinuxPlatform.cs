using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Evidence;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Launching;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Shim;
using WorkflowLifecycle.Processes.Linux.Waiting;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux;

/// <summary>Linux: a shim per run, and a cgroup where one can be had.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxPlatform : IContainmentPlatform
{
    private static readonly TimeSpan ExitLookInterval = TimeSpan.FromMilliseconds(20);

    private readonly ContainmentSettings _settings;
    private readonly TimeProvider _timeProvider;
    private readonly Machine _machine = Machine.Read();
    private readonly Lazy<ShimImage> _image;
    private readonly Lock _lock = new();
    private Task<ContainmentAbility>? _ability;

    public LinuxPlatform(ContainmentSettings settings, TimeProvider timeProvider)
    {
        _settings = settings;
        _timeProvider = timeProvider;
        User = CurrentUser();
        DescriptorReserve.Fill();
        RuntimeRoot = RunDirectories.RuntimeRoot.Resolve(settings.RuntimeDirectory, User);

        // A refusal is not kept: somebody may have mended what was wrong.
        _image = new Lazy<ShimImage>(() => ShimImage.Load(ShimPlaces.Below(RunDirectories.RuntimeRoot.Prepare(RuntimeRoot, User))), LazyThreadSafetyMode.PublicationOnly);
        Self = _machine.Identify(Environment.ProcessId)
            ?? throw new WorkflowLifecycleException("This process cannot read its own entry in /proc. Mount procfs.");
        Adopter = new ProcessAdopter(settings, _machine, User, RuntimeRoot, timeProvider);
        Work = new WorkObserver(_machine, timeProvider);
        Evidence = new EvidenceReader(Open, timeProvider);
    }

    public ProcessIdentity Self { get; }

    public LocalUser User { get; }

    public string RuntimeRoot { get; }

    public IProcessAdopter Adopter { get; }

    public IWorkObserver Work { get; }

    public IEvidenceReader Evidence { get; }

    // Shared by all launches, so no single caller's token may end it. A good answer is kept; a bad one is asked for again, since somebody
    // may have mended what was wrong.
    public Task<ContainmentAbility> ProbeAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            bool ask = _ability is null or { IsFaulted: true } or { IsCompletedSuccessfully: true, Result.Strength: < ContainmentStrength.Reaper };
            _ability = ask ? Task.Run(new AbilityProbe(this, _settings, User).RunAsync, CancellationToken.None) : _ability!;
            return _ability.WaitAsync(cancellationToken);
        }
    }

    public async Task<IReadOnlyList<EnvironmentFinding>> ProbeHardeningAsync(CancellationToken cancellationToken = default)
    {
        ContainmentAbility ability = await ProbeAsync(cancellationToken).ConfigureAwait(false);
        return ability.Strength < ContainmentStrength.Reaper
            ? []
            : await new HardeningProbe(this).RunAsync(ability.CgroupRoot, cancellationToken).ConfigureAwait(false);
    }

    public static LocalUser CurrentUser()
    {
        uint user = Libc.EffectiveUserId();
        return new LocalUser(user, UserNames.Of(user), user == 0) { HostId = Machine.ThisHost };
    }

    public int? FindOwnInside(ContainmentRecord containment) => Ancestry.FindInside(containment, _machine) ?? AdoptionFile.FindOwn(containment);

    public ContainmentSpec Resolve(ContainmentSpec spec) => ProgramResolver.Resolve(spec);

    public async Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, CancellationToken cancellationToken = default)
    {
        ContainmentAbility ability = await ProbeAsync(cancellationToken).ConfigureAwait(false);
        if (ability.Strength < ContainmentStrength.Reaper)
        {
            throw new LaunchFailedException(LaunchStage.Containment, ability.Why + " 'workflowctl doctor' prints what to change.");
        }

        return await PrepareAsync(spec, ability.CgroupRoot, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Prepares a run under that cgroup root, or without a cgroup when it is null.</summary>
    public async Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, string? cgroupRoot, CancellationToken cancellationToken)
    {
        string runs = RunDirectories.RuntimeRoot.Prepare(RuntimeRoot, User);
        LaunchMaterial material = LaunchMaterial.Make(spec, runs, cgroupRoot, User, _machine);
        try
        {
            material.Start(_image.Value, _machine);
            PreparedRun prepared = new(material, _machine, _timeProvider);
            await prepared.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
            return prepared;
        }
        catch (IOException exception)
        {
            material.Discard();
            throw new LaunchFailedException(LaunchStage.Containment, $"{exception.Message} Free space below {RuntimeRoot}; see 'workflowctl doctor'.", RuntimeRoot, exception);
        }
        catch
        {
            material.Discard();
            throw;
        }
    }

    public IContainment Open(RunRecord run) => run.Containment is { } containment
        ? new RunContainment(containment, run.Root, _machine, _timeProvider)
        : throw new InvalidOperationException($"Run {run.RunId} has no containment on record.");

    public async Task<IHeldRun?> HoldAgainAsync(RunRecord run, CancellationToken cancellationToken = default)
    {
        if (run.Containment is not { } held || (held.Shim ?? run.Root) is not { } known || !_machine.IsHomeOf(known))
        {
            return null;
        }

        if (held.Shim is not null)
        {
            return await RejoinedRun.JoinAsync(run, _machine, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        RunCgroup? cgroup = held.CgroupPath is { } path ? RunCgroup.Open(path, held.CgroupInode, out _) : null;
        return held.CgroupPath is not null && cgroup is null
            ? null
            : new AdoptedRun(known, new RunDirectory(held.RunDirectory), cgroup, _machine, _timeProvider);
    }

    public ProcessPresence Look(ProcessIdentity identity) => _machine.Look(identity);

    public async Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken = default)
    {
        // Pinned first, looked at then: whoever has the number now, it is the process that is meant, or nobody is waited for.
        using ExitWatch? watch = ExitWatch.Begin(identity.Pid);
        if (_machine.Look(identity) != ProcessPresence.Present)
        {
            return;
        }

        if (watch is not null)
        {
            await watch.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        // A kernel without pidfds tells nobody.
        using PeriodicTimer timer = new(ExitLookInterval, _timeProvider);
        while (_machine.Look(identity) == ProcessPresence.Present)
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The shim's program, unpacked.</summary>
    /// <exception cref="LaunchFailedException">It can be executed from nowhere.</exception>
    public ShimImage Image => _image.Value;

    /// <summary>The path by which a child of this process can execute it.</summary>
    public string ShimProgram => $"/proc/{Environment.ProcessId}/fd/{Image.File.Number}";

    /// <summary>Whether that root can hold a cgroup of ours; null when it can, else why not.</summary>
    public static IOException? TryCgroupRoot(string root)
    {
        try
        {
            using RunCgroup cgroup = RunCgroup.Create(root, ProbeTraces.NewId());
            return cgroup.Remove() is { } why ? new IOException($"rmdir {cgroup.Path}: {why}") : null;
        }
        catch (IOException exception)
        {
            return exception;
        }
    }
}
