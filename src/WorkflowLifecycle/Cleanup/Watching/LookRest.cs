namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>How long nobody looks after a look, so that looks take a hundredth of the time at most.</summary>
internal static class LookRest
{
    /// <summary>The longest.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private const int TimesDuration = 100;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether a watcher may ask for that pause: 250 ms to 1 hour.</summary>
    public static bool IsInterval(TimeSpan interval) => interval >= Shortest && interval <= Longest;

    /// <summary>After one look.</summary>
    /// <param name="took">How long it took. What is above the longest look was not the watcher's: the machine slept, or this process was stopped.</param>
    /// <param name="runs">How many runs share the watcher's time.</param>
    public static TimeSpan After(TimeSpan took, int runs)
    {
        TimeSpan rest = (took < ResourceLook.LongestLook ? took : ResourceLook.LongestLook) * TimesDuration * Math.Max(runs, 1);
        return rest < Longest ? rest : Longest;
    }
}
