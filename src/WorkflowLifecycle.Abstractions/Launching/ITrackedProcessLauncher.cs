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
}
