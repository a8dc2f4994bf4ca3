namespace WorkflowLifecycle;

/// <summary>
/// Durable storage of runs, kills, audit and events. To implement: it will not grow members. Thread-safe. The conformance suite
/// in WorkflowLifecycle.Testing.Conformance is its contract.
/// </summary>
/// <remarks>
/// Every member throws <see cref="StoreUnavailableException"/> when the store cannot be reached, read or written, and honours its token.
/// A commit whose token fires may or may not have been written: the caller settles it by reading the row.
/// </remarks>
public interface IProcessStore
{
    /// <summary>Where the data lies, for messages: a file, a server, "memory". No secrets.</summary>
    string Location { get; }

    /// <summary>Opens the store and brings its schema up to date. Called before everything else; again is harmless, also from several processes at once.</summary>
    ValueTask InitializeAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes all of a commit, or nothing.</summary>
    ValueTask<CommitResult> CommitAsync(StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default);

    /// <summary>The row of a run; null if there is none.</summary>
    ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>A page of runs, newest first by order of insertion.</summary>
    /// <exception cref="ArgumentException">The limit is out of range, or the cursor is not one of this store's.</exception>
    ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>The row of a kill; null if there is none.</summary>
    ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default);

    /// <summary>The kill of that run that carries this idempotency key; null if there is none.</summary>
    ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default);

    /// <summary>Up to <paramref name="limit"/> events after a cursor, in order. A cursor of 0 starts at the oldest retained event.</summary>
    ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default);

    /// <summary>The cursor of the newest event that was ever written, purged ones included; 0 when there was none.</summary>
    ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default);

    /// <summary>A page of audit entries, oldest first.</summary>
    ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default);

    /// <summary>Debts, oldest first, or the one due first where the query says by when they are due.</summary>
    ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default);

    /// <summary>The receipt of a run that ended by itself; null if there is none. A kill has its receipt in its report.</summary>
    ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>The evidence of a run, newest first, <see cref="EvidenceRecord.MaximumRead"/> at most.</summary>
    ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>A page of kills, by when they were asked for, oldest first.</summary>
    /// <exception cref="ArgumentException">The limit is out of range, or the cursor is not one of this store's.</exception>
    ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default);

    /// <summary>A page of runs in a final state, by when they ended, oldest first.</summary>
    /// <exception cref="ArgumentException">The limit is out of range, or the cursor is not one of this store's.</exception>
    ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes one batch of runs in a final state that ended before an instant, with their kills, events, receipts, evidence and settled debts, all or
    /// nothing. A run with an open kill, an open debt or a child run that is not over stays. The audit stays as it is.
    /// </summary>
    ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default);
}
