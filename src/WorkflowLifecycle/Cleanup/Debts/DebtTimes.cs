namespace WorkflowLifecycle.Cleanup.Debts;

/// <summary>When a debt is due next, and for how long somebody who retries it has it for himself.</summary>
internal static class DebtTimes
{
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    // A pause begins at the end of an attempt. One that was put off for another reason has a pause that fits no attempt.
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromMinutes(1);

    private const int Doublings = 12;

    private static readonly TimeSpan LeaseBeyondCeiling = TimeSpan.FromSeconds(5);

    /// <summary>The pause after so many attempts: 2 s after the first, doubling up to an hour.</summary>
    public static TimeSpan Pause(int attempts)
    {
        TimeSpan pause = TimeSpan.FromSeconds(1 << Math.Clamp(attempts, 0, Doublings));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>The debt while it is being retried. Whoever is at it and dies keeps others from it only this long.</summary>
    public static CleanupDebt Claim(CleanupDebt debt, TimeSpan ceiling, DateTimeOffset now) => debt with
    {
        Attempts = debt.Attempts + 1,
        LastAttemptAt = now,
        NextAttemptAt = now + ceiling + LeaseBeyondCeiling,
        ClaimedUntil = now + ceiling + LeaseBeyondCeiling,
    };

    /// <summary>The debt when it waits again.</summary>
    public static CleanupDebt PutOff(CleanupDebt debt, TimeSpan pause, DateTimeOffset now) => debt with { NextAttemptAt = now + pause, ClaimedUntil = null };

    /// <summary>
    /// Whether it waits by a clock that was set back since: what was written in the future is due, or a pause of seconds would last as long as the clock
    /// was ahead. A claim is left alone: whoever has it may be at it.
    /// </summary>
    public static bool IsOfAClockAhead(CleanupDebt debt, DateTimeOffset now) =>
        debt.ClaimedUntil is null && (debt.LastAttemptAt ?? debt.CreatedAt) is var written && written > now
        && debt.NextAttemptAt - written <= Pause(debt.Attempts) + LongestAttempt;

    /// <summary>Whether somebody is retrying it now.</summary>
    public static bool IsClaimed(CleanupDebt debt, DateTimeOffset now) => debt.ClaimedUntil > now;
}
