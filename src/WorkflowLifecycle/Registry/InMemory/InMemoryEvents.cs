namespace WorkflowLifecycle.Registry;

/// <summary>The events of the store in memory. Not thread-safe: the store locks.</summary>
internal sealed class InMemoryEvents
{
    private readonly List<RunEvent> _rows = [];

    /// <summary>The newest that was ever written, also where it was removed.</summary>
    public EventCursor Last { get; private set; }

    public void Append(RunEvent happened)
    {
        Last = new EventCursor(Last.Position + 1);
        _rows.Add(happened with { Cursor = Last, At = happened.At.ToUniversalTime() });
    }

    public IReadOnlyList<RunEvent> Read(EventCursor after, int limit) =>
        [.. _rows.Skip(FirstAfter(after.Position)).Take(limit)];

    public void RemoveOf(RunId runId) => _rows.RemoveAll(row => row.RunId == runId);

    // The rows are in the order of their cursors, with gaps where some were removed.
    private int FirstAfter(long position)
    {
        int low = 0;
        int high = _rows.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_rows[middle].Cursor.Position > position)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
