namespace WorkflowLifecycle;

/// <summary>Every run that is known. To call, not to implement: it may grow members (storage is <see cref="IProcessStore"/>).</summary>
public interface IProcessRegistry
{
    /// <summary>The run's row, reconciled with reality where this process can; null when no such run is known.</summary>
    Task<RunRecord?> FindAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>A page of runs, newest first.</summary>
    /// <exception cref="ArgumentException">The limit is out of range or the cursor is not one of ours.</exception>
    Task<RunPage> SearchAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>The processes of a run as they are now: root first, parents before children. Empty when none is left.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    Task<IReadOnlyList<ProcessSnapshot>> InspectAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>The critical sections of a run that somebody is in now, names redacted. Empty when the run is over.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    Task<IReadOnlyList<CriticalSection>> ReadCriticalSectionsAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>What was there at the run's end and what remained then, by a kill or its own end; null while it is not over, and when no such run is known.</summary>
    Task<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>Waits until the run is over for good, and returns its row. Cancelling the wait ends nothing.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    Task<RunRecord> WaitForEndAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>What happens to all runs of the store, from now on or from a cursor. At least once, ordered per run; ends with the token.</summary>
    IAsyncEnumerable<RunEvent> WatchAsync(EventCursor? after = null, CancellationToken cancellationToken = default);
}
