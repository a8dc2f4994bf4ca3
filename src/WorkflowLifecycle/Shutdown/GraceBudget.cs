namespace WorkflowLifecycle.Shutdown;

/// <summary>How long a graceful kill may wait. All of it counts from the intent.</summary>
/// <param name="Total">Until SIGKILL at the latest.</param>
/// <param name="Terminate">The longest for the terminate stage.</param>
internal sealed record GraceBudget(TimeSpan Total, TimeSpan Terminate)
{
    // Where there is less time than the ceilings ask for, this part of it is kept for the terminate stage: without it the work that was
    // waited for would be followed by SIGKILL at once.
    private const int TerminateShare = 4;

    /// <summary>What is left for waiting for work in flight.</summary>
    public TimeSpan Quiesce => Total - Min(Terminate, Total / TerminateShare);

    /// <summary>What a kill on record may use, cap included.</summary>
    public static GraceBudget Of(KillRecord kill, WorkflowLifecycleOptions options)
    {
        TimeSpan total = kill.GracePeriod is { } grace ? Min(grace, options.GraceCap) : options.GraceCap;
        return new GraceBudget(total, Min(kill.TerminateCeiling, total));
    }

    /// <summary>What is left of it for whoever carries the kill on, by the clock of the world: another may be set. A kill that is out of time is told to leave all the same.</summary>
    public GraceBudget After(TimeSpan elapsed)
    {
        TimeSpan left = elapsed <= TimeSpan.Zero ? Total : elapsed < Total ? Total - elapsed : TimeSpan.Zero;
        return new GraceBudget(left, Min(Terminate, left));
    }

    /// <summary>What is left for the terminate stage.</summary>
    public TimeSpan TerminateAfter(TimeSpan elapsed) => Min(Terminate, Total > elapsed ? Total - elapsed : TimeSpan.Zero);

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
