namespace WorkflowLifecycle.Signs;

/// <summary>
/// What a running program said of itself by the notify protocol, as this host heard it. In memory only: the row keeps what must last. Times
/// are timestamps of the <see cref="TimeProvider"/>, which no change of the clock moves.
/// </summary>
internal sealed class ProgramSigns(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version;
    private long? _extendedUntil;
    private long? _lastWatchdog;
    private TimeSpan? _watchdogInterval;
    private bool _isReady;
    private bool _isStopping;
    private bool _isOver;

    /// <summary>Counts the changes: read it before the rest, and pass it to <see cref="WaitForChangeAsync"/>.</summary>
    public long Version => Locked(() => _version);

    /// <summary>It said READY=1.</summary>
    public bool IsReady => Locked(() => _isReady);

    /// <summary>It said STOPPING=1.</summary>
    public bool IsStopping => Locked(() => _isStopping);

    /// <summary>The run is over; nothing more will come.</summary>
    public bool IsOver => Locked(() => _isOver);

    /// <summary>Until when it asked for time (EXTEND_TIMEOUT_USEC). Uncapped: who waits has a cap. Null when it never did.</summary>
    public long? ExtendedUntil => Locked(() => _extendedUntil);

    /// <summary>How long that is from now; zero when it never asked, or the time is over.</summary>
    public TimeSpan ExtensionLeft =>
        ExtendedUntil is { } until && timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), until) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>When it last said WATCHDOG=1; null when it never did.</summary>
    public long? LastWatchdog => Locked(() => _lastWatchdog);

    /// <summary>How often it promised to say so (WATCHDOG_USEC); null when it promised nothing, or took it back.</summary>
    public TimeSpan? WatchdogInterval => Locked(() => _watchdogInterval);

    /// <summary>Takes what the program said.</summary>
    public void Take(NotifyMessage message)
    {
        long now = timeProvider.GetTimestamp();
        lock (_lock)
        {
            _isReady |= message.IsReady;
            _isStopping |= message.IsStopping;
            _lastWatchdog = message.IsWatchdog ? now : _lastWatchdog;
            _watchdogInterval = message.WatchdogInterval is { } interval ? (interval > TimeSpan.Zero ? interval : null) : _watchdogInterval;

            // A shorter wish does not take back a longer one, as with systemd.
            if (message.Extension is { Ticks: > 0 } extension && After(now, extension) is var until && !(until <= _extendedUntil))
            {
                _extendedUntil = until;
            }
        }

        Change();
    }

    /// <summary>Nothing more will come.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        Change();
    }

    /// <summary>Completes when something was said since that version, or the run is over; at once when it was before the call.</summary>
    public Task WaitForChangeAsync(long version, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _version != version || _isOver ? Task.CompletedTask : _change.Task.WaitAsync(cancellationToken);
        }
    }

    private long After(long timestamp, TimeSpan time) => timestamp + (long)(time.TotalSeconds * timeProvider.TimestampFrequency);

    private void Change()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _version++;
            changed = _change;
            _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }
}
