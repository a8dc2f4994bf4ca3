namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>A look at the whole machine. Runs that are looked at in the same moments share one: it costs as much for one as for all.</summary>
/// <typeparam name="T">What is seen.</typeparam>
internal sealed class SharedLook<T>(TimeProvider timeProvider, Func<LookTime, T?> take)
    where T : class
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private T? _last;
    private long _takenAt;

    /// <summary>A look that was begun at a timestamp or later: an earlier one of that kind, or a new one. Null when the time is up first.</summary>
    public T? Since(long timestamp, LookTime time)
    {
        while (!_turn.TryEnter(Turn))
        {
            if (time.IsUp())
            {
                return null;
            }
        }

        try
        {
            if (_last is not null && _takenAt >= timestamp)
            {
                return _last;
            }

            long now = timeProvider.GetTimestamp();
            if (time.IsUp() || take(time) is not { } look)
            {
                return null;
            }

            _takenAt = now;
            return _last = look;
        }
        finally
        {
            _turn.Exit();
        }
    }

    /// <summary>A look that is at most that old.</summary>
    public T? NotOlderThan(TimeSpan age, LookTime time) =>
        Since(timeProvider.GetTimestamp() - (long)(age.TotalSeconds * timeProvider.TimestampFrequency), time);

    /// <summary>
    /// A look that saw something: what is not in it was not there yet, so that nobody can tell by it who else had that. A recent one, or one that was begun at a
    /// timestamp or later.
    /// </summary>
    public T? Seeing(Func<T, bool> hasSeen, long timestamp, LookTime time) =>
        NotOlderThan(Recent, time) is { } look && hasSeen(look) ? look : Since(timestamp, time) is { } newer && hasSeen(newer) ? newer : null;
}
