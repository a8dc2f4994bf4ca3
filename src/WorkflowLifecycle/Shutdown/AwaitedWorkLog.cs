namespace WorkflowLifecycle.Shutdown;

/// <summary>What a phase waits for, and for how long it did: as it is said, whenever it changes.</summary>
internal sealed class AwaitedWorkLog(TimeProvider timeProvider)
{
    private const int MostKept = 20;

    private readonly Lock _lock = new();
    private readonly List<(InFlightWork Work, long Since, long? Until)> _seen = [];
    private long? _closed;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _seen.Count == 0;
            }
        }
    }

    /// <summary>What is waited for now; everything else is done.</summary>
    /// <returns>True when that is news.</returns>
    public bool Note(IReadOnlyList<InFlightWork> work)
    {
        long now = timeProvider.GetTimestamp();
        bool changed = false;
        lock (_lock)
        {
            for (int i = 0; i < _seen.Count; i++)
            {
                if (_seen[i].Until is null && !work.Contains(_seen[i].Work))
                {
                    _seen[i] = _seen[i] with { Until = now };
                    changed = true;
                }
            }

            foreach (InFlightWork item in work.Where(item => !_seen.Exists(seen => seen.Until is null && seen.Work == item)))
            {
                if (HasRoom())
                {
                    _seen.Add((item, now, null));
                    changed = true;
                }
            }
        }

        return changed;
    }

    // What is still in flight at a ceiling is to be named: where there is much, what was done first makes room for it.
    private bool HasRoom()
    {
        if (_seen.Count == MostKept && _seen.FindIndex(seen => seen.Until is not null) is >= 0 and var oldest)
        {
            _seen.RemoveAt(oldest);
        }

        return _seen.Count < MostKept;
    }

    /// <summary>Nothing is waited for any longer: what is not done yet was given up.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed ??= timeProvider.GetTimestamp();
        }
    }

    public IReadOnlyList<AwaitedWork> Snapshot()
    {
        lock (_lock)
        {
            long now = _closed ?? timeProvider.GetTimestamp();
            return [.. _seen.Select(seen => new AwaitedWork(
                seen.Work.Description,
                seen.Work.Pid,
                timeProvider.GetElapsedTime(seen.Since, seen.Until ?? now).TotalMilliseconds,
                seen.Until is not null))];
        }
    }
}
