namespace WorkflowLifecycle.Processes;

/// <summary>What this operating system can do to hold and end process trees. Chosen once per host; see <see cref="ContainmentPlatform"/>.</summary>
public interface IContainmentPlatform
{
    /// <summary>This process.</summary>
    ProcessIdentity Self { get; }

    /// <summary>The user this process runs as.</summary>
    LocalUser User { get; }

    /// <summary>Where run directories are made (absolute). The directory need not exist before the first launch.</summary>
    string RuntimeRoot { get; }

    /// <summary>Finds out, by doing, how firmly trees can be held here. The answer is kept for the life of the platform.</summary>
    Task<ContainmentAbility> ProbeAsync(CancellationToken cancellationToken = default);

    /// <summary>Finds out, by doing, which ways out of a containment can be closed on request here. Empty where there is nothing to ask for.</summary>
    Task<IReadOnlyList<EnvironmentFinding>> ProbeHardeningAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<EnvironmentFinding>>([]);

    /// <summary>The process that no kill may touch and that this containment holds: PID 1, this process or one above it; null when it holds none.</summary>
    int? FindOwnInside(ContainmentRecord containment);

    /// <summary>Checks a program and its surroundings before anything is recorded.</summary>
    /// <returns>The specification with absolute paths.</returns>
    /// <exception cref="LaunchFailedException">Program or working directory missing or unusable.</exception>
    ContainmentSpec Resolve(ContainmentSpec spec);

    /// <summary>Makes the containment and whatever holds it, up to the gate: nothing of the program has run when this returns.</summary>
    /// <exception cref="LaunchFailedException">The containment could not be made; nothing is left of it.</exception>
    Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, CancellationToken cancellationToken = default);

    /// <summary>The containment of a run that any process launched, for inspecting and ending it.</summary>
    IContainment Open(RunRecord run);

    /// <summary>A tree that outlived its host, to be watched by this process from here on: what it said meanwhile comes first.</summary>
    /// <returns>Null when nothing can be told of it here.</returns>
    Task<IHeldRun?> HoldAgainAsync(RunRecord run, CancellationToken cancellationToken = default) => Task.FromResult<IHeldRun?>(null);

    /// <summary>Whether that very process is there. Never true for a process that merely has its PID.</summary>
    ProcessPresence Look(ProcessIdentity identity);

    /// <summary>Completes when that very process has exited, told by the kernel where it can; at once when it is not there any more.</summary>
    Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken = default);

    /// <summary>For trees that somebody else started.</summary>
    IProcessAdopter Adopter { get; }

    /// <summary>What runs are in the middle of.</summary>
    IWorkObserver Work { get; }

    /// <summary>What runs are doing, read closely.</summary>
    IEvidenceReader Evidence { get; }
}
