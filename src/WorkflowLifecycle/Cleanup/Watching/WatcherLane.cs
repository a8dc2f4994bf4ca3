namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>The runs that one watcher looks at, one after the other. Who has it holds the lock of <see cref="ResourceWatch"/>.</summary>
internal sealed class WatcherLane(IResourceWatcher watcher)
{
    // Each look that hangs has a thread.
    private const int MostHanging = 8;

    private readonly Dictionary<RunId, WatchedRun> _runs = [];
    private readonly List<Task> _hanging = [];
    private TimeSpan _notBefore;

    public bool IsLooking { get; private set; }

    public bool IsEmpty => _runs.Count == 0;

    public void Add(RunId runId, TimeSpan now) => _runs[runId] = new WatchedRun(runId, watcher, now);

    public WatchedRun? Remove(RunId runId) => _runs.Remove(runId, out WatchedRun? run) ? run : null;

    public IReadOnlyList<WatchedRun> RemoveAll()
    {
        WatchedRun[] all = [.. _runs.Values];
        _runs.Clear();
        return all;
    }

    /// <summary>Takes the run whose look is due, if any; <see cref="Looked"/> gives it back.</summary>
    public WatchedRun? Take(TimeSpan now)
    {
        if (IsBusy || Next() is not { } run || DueOf(run) > now)
        {
            return null;
        }

        IsLooking = true;
        return run;
    }

    /// <summary>When there is something to do; null when only the end of a look can tell.</summary>
    public TimeSpan? FindDue() => IsBusy || Next() is not { } run ? null : DueOf(run);

    /// <summary>Notes the end of a look.</summary>
    /// <param name="run">The run.</param>
    /// <param name="took">How long the look took.</param>
    /// <param name="hanging">The look, where it did not end; null otherwise.</param>
    /// <param name="now">When this is.</param>
    public void Looked(WatchedRun run, TimeSpan took, Task? hanging, TimeSpan now)
    {
        IsLooking = false;
        run.Looked(now, took, _runs.Count);
        if (hanging is null)
        {
            TimeSpan earliest = now + LookRest.After(took, runs: 1);
            _notBefore = earliest > _notBefore ? earliest : _notBefore;
        }
        else
        {
            // It waits for something, and that is its own run's matter: the others are not kept waiting for it.
            run.Hanging = hanging;
            _hanging.Add(hanging);
        }
    }

    private bool IsBusy
    {
        get
        {
            _hanging.RemoveAll(static look => look.IsCompleted);
            return IsLooking || _hanging.Count >= MostHanging;
        }
    }

    private WatchedRun? Next() => _runs.Values.Where(run => run.Hanging.IsCompleted).MinBy(run => run.Due);

    private TimeSpan DueOf(WatchedRun run) => run.Due > _notBefore ? run.Due : _notBefore;
}
