namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>From when to when a run was, for what is stamped by the clock on the wall.</summary>
internal static class RunTime
{
    // The kernel stamps files by a clock that ticks every 1 to 10 ms, as it was built: what is made now may be stamped that much before now.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Whether something was born while the run was: not before its row, but for a tick of the kernel's clock, and not in a future that a clock was set back
    /// from. A program that is quick is stamped before its own row. The price: what its host made in the tick before the launch counts, too.
    /// </summary>
    public static bool Holds(RunRecord run, DateTimeOffset born, DateTimeOffset now) =>
        born >= run.CreatedAt - Tick && born <= (run.EndedAt is { } ended && ended < now ? ended : now) + Tick;
}
