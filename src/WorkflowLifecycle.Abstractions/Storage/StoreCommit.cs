namespace WorkflowLifecycle;

/// <summary>What one transaction writes: all of it or nothing.</summary>
public sealed record StoreCommit
{
    /// <summary>A row to insert (its <see cref="RunRecord.Version"/> is ignored); fails with <see cref="CommitOutcome.RunExists"/> if there is a row of that id.</summary>
    public RunRecord? AddRun { get; init; }

    /// <summary>A row to replace; its <see cref="RunRecord.Version"/> is the version that was read.</summary>
    public RunRecord? UpdateRun { get; init; }

    /// <summary>A kill to insert; fails with <see cref="CommitOutcome.KillExists"/> if the run has an open kill, the id exists, or the idempotency key was used for this run.</summary>
    public KillRecord? AddKill { get; init; }

    /// <summary>A kill to replace; its <see cref="KillRecord.Version"/> is the version that was read.</summary>
    public KillRecord? UpdateKill { get; init; }

    /// <summary>Audit entries to append, in order.</summary>
    public IReadOnlyList<AuditDraft> Audit { get; init; } = [];

    /// <summary>Events to append, in order; their cursors are assigned by the store.</summary>
    public IReadOnlyList<RunEvent> Events { get; init; } = [];

    /// <summary>
    /// Debts that arise. One that is there already by its id stays as it is while it is open, and is opened anew, with its attempts at 0, where it was settled.
    /// </summary>
    public IReadOnlyList<CleanupDebt> AddDebts { get; init; } = [];

    /// <summary>Debts as they are after another attempt. The version must be the stored one, or nothing of the commit is written (<see cref="CommitOutcome.DebtConflict"/>).</summary>
    public IReadOnlyList<CleanupDebt> UpdateDebts { get; init; } = [];

    /// <summary>The receipt of a run that ended by itself; an earlier one of the same run is replaced.</summary>
    public RunReceipt? AddReceipt { get; init; }

    /// <summary>Evidence. A run may have several, one per capture.</summary>
    public EvidenceRecord? AddEvidence { get; init; }
}
