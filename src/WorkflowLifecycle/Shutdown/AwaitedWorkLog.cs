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
                if (_seen[i].Until is not null)
                {
                    continue;
                }

                // Of the same work a later look may know more: who is at it.
                InFlightWork? same = work.FirstOrDefault(_seen[i].Work.IsSameAs);
                changed |= same is null || (same.Pid is not null && _seen[i].Work.Pid is null);
                _seen[i] = same is null ? _seen[i] with { Until = now } : _seen[i] with { Work = same.Pid is null ? _seen[i].Work : same };
            }

            foreach (InFlightWork item in work.Where(item => !_seen.Exists(seen => seen.Until is null && seen.Work.IsSameAs(item))))
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

    // What is still in flight at a ceiling is to be named: where there is much, what was done first makes room for it.
    private bool HasRoom()
    {
        if (_seen.Count == MostKept && _seen.FindIndex(seen => seen.Until is not null) is >= 0 and var oldest)
        {
            _seen.RemoveAt(oldest);
        }

        return _seen.Count < MostKept;
    }
}
