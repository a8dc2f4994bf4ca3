namespace WorkflowLifecycle.Hosting;

/// <summary>The runs that this process watches, and the door for new ones, which closes when it stops.</summary>
internal sealed class HostRuns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RunId, HostRun> _runs = [];
    private readonly HashSet<RunId> _partsOfKills = [];
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _launching;
    private bool _isStopping;

    /// <summary>The runs that are not over, as far as this process knows.</summary>
    public IReadOnlyList<HostRun> Live
    {
        get
        {
            lock (_lock)
            {
                return [.. _runs.Values];
            }
        }
    }

    /// <summary>Notes a launch that begins; disposing the result says that it is over, one way or the other.</summary>
    /// <exception cref="LaunchFailedException">The host is stopping.</exception>
    public IDisposable BeginLaunch(RunId runId)
    {
        lock (_lock)
        {
            RequireOpen(runId);
            _launching++;
            return new Launch(this);
        }
    }

    /// <summary>For the last moment before a program may run.</summary>
    /// <exception cref="LaunchFailedException">The host is stopping.</exception>
    public void RequireOpen(RunId runId)
    {
        lock (_lock)
        {
            if (_isStopping && !_partsOfKills.Contains(runId))
            {
                throw new LaunchFailedException(LaunchStage.Spawn, "This host is stopping: nothing more is launched here. Launch when it is up again, or from another host.");
            }
        }
    }

    /// <summary>Lets a run in that is part of a kill, as the command by which a program is told to leave: a host that stops needs it most.</summary>
    /// <returns>Dispose when it is over.</returns>
    public IDisposable Expect(RunId runId)
    {
        lock (_lock)
        {
            _partsOfKills.Add(runId);
        }

        return new Expected(this, runId);
    }

    /// <summary>Notes a run until it is over.</summary>
    public void Add(RunId runId, OnHostExit onHostExit, RunId? parent, Task over)
    {
        lock (_lock)
        {
            _runs[runId] = new HostRun(runId, onHostExit, parent);
        }

        _ = over.ContinueWith(_ => Remove(runId), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Closes the door.</summary>
    /// <returns>Completes when no launch is under way any more.</returns>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isStopping = true;
            if (_launching == 0)
            {
                _quiet.TrySetResult();
            }
        }

        return _quiet.Task;
    }

    private void Remove(RunId runId)
    {
        lock (_lock)
        {
            _runs.Remove(runId);
        }
    }

    private void EndLaunch()
    {
        lock (_lock)
        {
            _launching--;
            if (_isStopping && _launching == 0)
            {
                _quiet.TrySetResult();
            }
        }
    }

    private sealed class Expected(HostRuns runs, RunId runId) : IDisposable
    {
        public void Dispose()
        {
            lock (runs._lock)
            {
                runs._partsOfKills.Remove(runId);
            }
        }
    }

    private sealed class Launch(HostRuns runs) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                runs.EndLaunch();
            }
        }
    }
}
