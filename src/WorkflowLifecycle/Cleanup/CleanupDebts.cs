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

    /// <summary>The receipt that goes with <see cref="OfAllCleaners"/>.</summary>
    public static RunReceipt DeferredReceipt(RunRecord run, string reason, DateTimeOffset now) => new()
    {
        RunId = run.RunId,
        At = now,
        Cleanup = [.. run.Cleaners.Select(cleaner => new CleanupResult { Cleaner = cleaner, Outcome = CleanupOutcomes.Deferred, Message = reason })],
    };
}
