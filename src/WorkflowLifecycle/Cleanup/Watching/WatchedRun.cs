namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>One watcher at one run.</summary>
internal sealed class WatchedRun
{
    // A run may be over in no time, and what it has by then is made first.
    private static readonly TimeSpan[] FirstPauses = [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(750), TimeSpan.FromMilliseconds(1500)];

    private readonly Lock _lock = new();
    private readonly Func<Task> _tellOver;
    private TaskCompletionSource? _writing;
    private int _looks;

    public WatchedRun(RunId runId, IResourceWatcher watcher, TimeSpan addedAt)
    {
        // Without a timer there is nothing to dispose, and a look that hangs may have its token for as long as it likes.
        CancellationTokenSource over = new();
        (Over, _tellOver) = (over.Token, over.CancelAsync);
        RunId = runId;
        Watcher = watcher;
        Due = addedAt + Pause(watcher, 0);
    }

    public RunId RunId { get; }

    public IResourceWatcher Watcher { get; }

    /// <summary>Fires when the run is over.</summary>
    public CancellationToken Over { get; }

    /// <summary>When the next look is due.</summary>
    public TimeSpan Due { get; private set; }

    /// <summary>A look that did not end; there is no other before it does.</summary>
    public Task Hanging { get; set; } = Task.CompletedTask;

    /// <summary>Names of the resources that were there before the first look; null before it.</summary>
    public IReadOnlySet<string>? OfLaunch { get; set; }

    /// <summary>A look that fails is told once for each run.</summary>
    public bool IsFailureTold { get; set; }

    /// <summary>Notes a look, and when the next is due.</summary>
    /// <param name="now">When it ended.</param>
    /// <param name="took">How long it took.</param>
    /// <param name="runs">How many runs share this watcher's time.</param>
    public void Looked(TimeSpan now, TimeSpan took, int runs)
    {
        _looks++;
        TimeSpan pause = Pause(Watcher, _looks);
        TimeSpan least = LookRest.After(took, runs);
        Due = now + (least > pause ? least : pause);
    }

    /// <summary>Begins to write what a look found; false when the run is over, and its cleaners have what is known.</summary>
    public bool TryBeginWrite()
    {
        lock (_lock)
        {
            if (Over.IsCancellationRequested)
            {
                return false;
            }

            _writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    public void EndWrite() => _writing?.TrySetResult();

    /// <summary>The run is over.</summary>
    /// <returns>Completes when nothing is being written any more. No look is waited for.</returns>
    public Task EndAsync()
    {
        lock (_lock)
        {
            // Not on this thread: a watcher's own code may hang in what it is told.
            _ = _tellOver();
            return _writing?.Task ?? Task.CompletedTask;
        }
    }

    private static TimeSpan Pause(IResourceWatcher watcher, int looks) =>
        looks < FirstPauses.Length && FirstPauses[looks] < watcher.LookInterval ? FirstPauses[looks] : watcher.LookInterval;
}
