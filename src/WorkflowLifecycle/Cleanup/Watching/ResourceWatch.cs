using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>
/// Has the watchers among the cleaners look at the runs that this process holds, as long as they go on, and keeps what they find in the rows. One
/// loop for all of them, which is there only while there is something to look at. A watcher takes a hundredth of the time at most, over all runs.
/// </summary>
internal sealed class ResourceWatch(ResourceCleaners cleaners, ResourceLook look, ToldResources told, TimeProvider timeProvider, ILogger<ResourceWatch> logger) : IDisposable
{
    // An end does not wait longer for a store that is slow: it needs that store itself.
    private static readonly TimeSpan WriteLimit = TimeSpan.FromMilliseconds(500);

    // After something that nobody thought of: it may come again at once.
    private static readonly TimeSpan Respite = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WatcherLane> _lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly long _epoch = timeProvider.GetTimestamp();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRunning;

    /// <summary>Whether no watcher is looking at this moment; one that hangs is not waited for.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _lanes.Values.All(lane => !lane.IsLooking);
            }
        }
    }

    /// <summary>Begins to watch a run, where one of its cleaners is a watcher. It takes no time.</summary>
    public void Add(RunId runId, IReadOnlyList<string> names)
    {
        IReadOnlyList<IResourceWatcher> watchers = cleaners.WatchersOf(names);
        if (watchers.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            foreach (IResourceWatcher watcher in watchers)
            {
                if (!_lanes.TryGetValue(watcher.Name, out WatcherLane? lane))
                {
                    _lanes[watcher.Name] = lane = new WatcherLane(watcher);
                }

                lane.Add(runId, Now);
            }

            Begin();
        }
    }

    /// <summary>Ends it: from now on nothing more becomes known of the run, and its end frees what is.</summary>
    /// <returns>Completes when what was found is written; no look is waited for.</returns>
    public async Task EndAsync(RunId runId)
    {
        Task[] writing;
        lock (_lock)
        {
            writing = [.. _lanes.Values.Select(lane => lane.Remove(runId)).OfType<WatchedRun>().Select(run => run.EndAsync())];
            Raise();
        }

        await Task.WhenAll(writing).WaitAsync(WriteLimit, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Its end is on record, and cleaned.</summary>
    public void Forget(RunId runId) => told.Forget(runId);

    public void Dispose()
    {
        _stop.Cancel();
        lock (_lock)
        {
            foreach (WatchedRun run in _lanes.Values.SelectMany(lane => lane.RemoveAll()))
            {
                _ = run.EndAsync();
            }
        }
    }

    private TimeSpan Now => timeProvider.GetElapsedTime(_epoch);

    private void Begin()
    {
        if (_isRunning)
        {
            Raise();
            return;
        }

        // What belongs to the launch that happens to be the first, as its span, is not this loop's.
        _isRunning = true;
        using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        _ = Task.Run(RunAsync);
    }

    private void Raise()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task RunAsync()
    {
        bool isOver = false;
        while (!isOver)
        {
            try
            {
                isOver = await LookAndWaitAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                TellUnexpected(exception);
                await Task.Delay(Respite, timeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // True when there is nothing to look at any more, and the next launch has to begin again.
    private async Task<bool> LookAndWaitAsync()
    {
        Task changed;
        TimeSpan? due;
        lock (_lock)
        {
            if (_stop.IsCancellationRequested || _lanes.Values.All(lane => lane.IsEmpty))
            {
                _isRunning = false;
                return true;
            }

            changed = _changed.Task;
            foreach (WatcherLane lane in _lanes.Values)
            {
                if (lane.Take(Now) is { } run)
                {
                    _ = Task.Run(() => LookAsync(lane, run));
                }
            }

            due = _lanes.Values.Min(lane => lane.FindDue());
        }

        await WaitAsync(changed, due is { } at ? at - Now : LookRest.Longest).ConfigureAwait(false);
        return false;
    }

    private async Task LookAsync(WatcherLane lane, WatchedRun run)
    {
        LookEnd end = new(TimeSpan.Zero);
        try
        {
            end = await look.TakeAsync(run).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            TellUnexpected(exception);
        }
        finally
        {
            lock (_lock)
            {
                lane.Looked(run, end.Took, end.Hanging, Now);
                if (end.IsOver)
                {
                    lane.Remove(run.RunId);
                }

                Raise();
            }
        }

        if (end.Hanging is { } hanging)
        {
            await hanging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_lock)
            {
                Raise();
            }
        }
    }

    private async Task WaitAsync(Task changed, TimeSpan wait)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        TimeSpan bounded = wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LookRest.Longest ? wait : LookRest.Longest;
        Task pause = Task.Delay(bounded, timeProvider, waiting.Token);
        await Task.WhenAny(changed, pause).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
    }

    // A log that fails, as on a disk that is full, is no reason to look no more.
    private void TellUnexpected(Exception exception)
    {
        try
        {
            Log.WatchingFailed(logger, exception);
        }
        catch (Exception)
        {
            return;
        }
    }
}
