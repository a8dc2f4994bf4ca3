namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>From when to when a run was, for what is stamped by the clock on the wall.</summary>
internal static class RunTime
{
    // The kernel stamps files by a clock that ticks every few milliseconds: what is made now may be stamped a little before now.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether something was born while the run was: after its program could begin, and not in a future that a clock was set back from.</summary>
    public static bool Holds(RunRecord run, DateTimeOffset born, DateTimeOffset now) =>
        born >= run.CreatedAt && born <= (run.EndedAt is { } ended && ended < now ? ended : now) + Tick;
}
