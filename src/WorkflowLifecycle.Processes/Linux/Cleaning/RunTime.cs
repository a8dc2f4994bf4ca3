namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>From when to when a run was, for what is stamped by the clock on the wall.</summary>
internal static class RunTime
{
    // A look takes its own time: what was made while it went on is no future.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Whether something was born while the run was: not before its row (the launch lets no program start until the clock that stamps births has passed that
    /// moment), and not in a future that a clock was set back from.
    /// </summary>
    public static bool Holds(RunRecord run, DateTimeOffset born, DateTimeOffset now) =>
        born >= run.CreatedAt && born <= (run.EndedAt is { } ended && ended < now ? ended : now) + Slack;
}
