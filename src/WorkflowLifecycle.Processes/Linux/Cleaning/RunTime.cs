using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>From when to when a run was, for what is stamped by the clock on the wall.</summary>
internal static class RunTime
{
    // A look takes its own time: what was made while it went on is no future.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(10);

    private const int TicksPerSecond = 100;

    // A start is counted down to a tick, and in a time namespace it may be off by another one.
    private const int Unsure = 2;

    /// <summary>
    /// Whether something was born while the run was: not before its row (the launch lets no program start until the clock that stamps births has passed that
    /// moment), and not in a future that a clock was set back from.
    /// </summary>
    public static bool Holds(RunRecord run, DateTimeOffset born, DateTimeOffset now) =>
        born >= run.CreatedAt && born <= (run.EndedAt is { } ended && ended < now ? ended : now) + Slack;

    /// <summary>Whether a process had begun before something was born. False where both are of the same few hundredths of a second.</summary>
    public static bool HadBegun(ulong startTicks, DateTimeOffset born, TimeProvider timeProvider)
    {
        // The clock on the wall is read last: whatever comes between makes the process younger.
        if (BootClock.Read() is not { } up)
        {
            return false;
        }

        long age = unchecked((long)(TimeNamespace.ToMachine((ulong)(up.TotalSeconds * TicksPerSecond)) - startTicks)) - Unsure;
        return (timeProvider.GetUtcNow() - born).TotalSeconds * TicksPerSecond <= age;
    }
}
