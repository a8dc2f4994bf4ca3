namespace WorkflowLifecycle.Cleanup;

/// <summary>What the cleaning at the end of a run came to.</summary>
/// <param name="Receipt">Line by line.</param>
/// <param name="Debts">What remains.</param>
internal sealed record CleanupEnd(IReadOnlyList<CleanupResult> Receipt, IReadOnlyList<CleanupDebt> Debts);
