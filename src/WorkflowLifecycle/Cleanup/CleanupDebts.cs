namespace WorkflowLifecycle.Cleanup;

/// <summary>Makes debts in one shape.</summary>
internal static class CleanupDebts
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    public static CleanupDebt New(RunRecord run, KillId? killId, string cleaner, RunResource? resource, string reason, DateTimeOffset now) => new()
    {
        DebtId = CleanupDebt.IdOf(run, cleaner, resource),
        RunId = run.RunId,
        KillId = killId,
        Cleaner = cleaner,
        Resource = resource,
        Reason = reason,
        HostId = run.Host.HostId,
        CreatedAt = now,
        NextAttemptAt = now + FirstPause,
    };

    /// <summary>For a run whose end nobody was there to clean: each of its cleaners has to look.</summary>
    public static IReadOnlyList<CleanupDebt> OfAllCleaners(RunRecord run, string reason, DateTimeOffset now) =>
        [.. run.Cleaners.Select(cleaner => New(run, run.KillId, cleaner, null, reason, now))];

    /// <summary>What came into a row while its run was cleaned, by a write that the store took late: it is for nobody else any more.</summary>
    /// <param name="row">The row as it is now.</param>
    /// <param name="cleaned">The row that the cleaning had.</param>
    /// <param name="killId">The kill; null when the run ended by itself.</param>
    /// <param name="debts">What the cleaning left.</param>
    /// <param name="now">When this is.</param>
    public static IEnumerable<CleanupDebt> OfLatecomers(RunRecord row, RunRecord cleaned, KillId? killId, IReadOnlyList<CleanupDebt> debts, DateTimeOffset now) => row.Resources
        .Where(resource => IsToBeFreed(resource)
            && !cleaned.Resources.Any(known => IsToBeFreed(known) && known.Cleaner == resource.Cleaner && known.Name == resource.Name)
            && !debts.Any(debt => debt.Cleaner == resource.Cleaner && (debt.Resource is null || debt.Resource.Name == resource.Name)))
        .Select(resource => New(row, killId, resource.Cleaner, resource, "it came to be known while the run was cleaned", now));

    /// <summary>The receipt that goes with <see cref="OfAllCleaners"/>.</summary>
    public static RunReceipt DeferredReceipt(RunRecord run, string reason, DateTimeOffset now) => new()
    {
        RunId = run.RunId,
        At = now,
        Cleanup = [.. run.Cleaners.Select(cleaner => new CleanupResult { Cleaner = cleaner, Outcome = CleanupOutcomes.Deferred, Message = reason })],
    };

    private static bool IsToBeFreed(RunResource resource) => resource.Handling is ResourceHandling.Clean or ResourceHandling.Watch;
}
