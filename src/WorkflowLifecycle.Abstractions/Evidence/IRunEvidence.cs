namespace WorkflowLifecycle;

/// <summary>Evidence that was taken of runs. To call, not to implement: it may grow members.</summary>
public interface IRunEvidence
{
    /// <summary>What is on record of a run, newest first.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    Task<IReadOnlyList<RunEvidence>> ReadAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes evidence of a live run now, and stores it. Signals nobody. It reads what this process may read: of another user's processes that is little.
    /// </summary>
    /// <returns>Null when the run is over, not started yet, or held on another machine.</returns>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    Task<RunEvidence?> TakeAsync(RunId runId, CancellationToken cancellationToken = default);
}
