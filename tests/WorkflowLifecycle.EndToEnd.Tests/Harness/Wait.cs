namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>Waits for what nobody announces.</summary>
internal static class Wait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        if (!await TryUntilAsync(condition, Limit))
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}");
        }
    }

    public static Task<bool> TryUntilAsync(Func<bool> condition, TimeSpan limit) => TryUntilAsync(() => Task.FromResult(condition()), limit);

    public static async Task<bool> TryUntilAsync(Func<Task<bool>> condition, TimeSpan limit)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                return false;
            }

            await Task.Delay(Interval, TimeProvider.System);
        }

        return true;
    }
}
