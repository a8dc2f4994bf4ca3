namespace WorkflowLifecycle;

/// <summary>Starts programs as tracked runs. To call, not to implement.</summary>
public interface ITrackedProcessLauncher
{
    /// <summary>Launches a run: its row is durable before the program's first instruction.</summary>
    /// <returns>Once the program executes.</returns>
    /// <exception cref="ArgumentException">An argument or variable that no program can be given; its index or name is in the message.</exception>
    /// <exception cref="LaunchFailedException">The program does not execute; the stage and the path are named.</exception>
    /// <exception cref="RunAlreadyRegisteredException">The run id was used before; its state is named.</exception>
    /// <exception cref="KeepNotAvailableException">The run was to outlive its host, and cannot.</exception>
    /// <exception cref="StoreUnavailableException">The row could not be committed; nothing was started.</exception>
    Task<ITrackedProcess> LaunchAsync(LaunchRequest request, CancellationToken cancellationToken = default);

    /// <summary>Launches a run and waits for its end. A cancelled token ends the run gracefully before the exception leaves.</summary>
    /// <param name="request">What to launch. Not with <see cref="OutputMode.Stream"/>: nobody could read the streams.</param>
    /// <param name="onOutput">Called for each captured line, in order, never two at once. What it throws ends the run gracefully and is thrown.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the run is over.</exception>
    /// <exception cref="RunNotEndedException">The run was to end, and is not over: its kill was denied or is not confirmed. The cause is inside.</exception>
    Task<RunResult> RunAsync(LaunchRequest request, Action<OutputLine>? onOutput = null, CancellationToken cancellationToken = default);

    /// <summary>The trees whose command lines contain a text, for <see cref="AdoptAsync"/>: of this process' user, for root of all. Ends and touches nothing.</summary>
    /// <param name="text">Literal text, 3 characters at least; upper and lower case are one. Of processes below one another that match, the topmost is the root; the asking process and those above it are none.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">The text is too short.</exception>
    Task<IReadOnlyList<AdoptCandidate>> FindAdoptableAsync(string text, CancellationToken cancellationToken = default);

    /// <summary>Exactly what would be adopted, and what that changes. Touches nothing.</summary>
    /// <exception cref="AdoptFailedException">The token names no process any more, or one that cannot be adopted.</exception>
    Task<AdoptCandidate> PreviewAdoptionAsync(AdoptToken token, bool includeSession = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a run of a tree that somebody else started: its row is durable before anything is touched. Nothing is stopped or signalled;
    /// where a cgroup can be had, the processes are moved into it until none is outside, at most 2 s. It outlives the host (Keep), its
    /// output goes where it went, and nobody learns its exit code.
    /// </summary>
    /// <param name="root">The root of the tree: <see cref="AdoptCandidate.Root"/> of a preview.</param>
    /// <param name="request">How.</param>
    /// <param name="cancellationToken">Ends the call until the row is committed; not after that.</param>
    /// <remarks>Not promised: a process whose parent exited before the tree was listed is no descendant any more, and is not found.</remarks>
    /// <exception cref="ArgumentException">The reason or a label is not as it must be.</exception>
    /// <exception cref="AdoptFailedException">It was not adopted; everything is where it was.</exception>
    /// <exception cref="RunAlreadyRegisteredException">The run id was used before; its state is named.</exception>
    /// <exception cref="StoreUnavailableException">The row could not be committed; nothing was touched.</exception>
    Task<ITrackedProcess> AdoptAsync(ProcessIdentity root, AdoptRequest request, CancellationToken cancellationToken = default);
}
