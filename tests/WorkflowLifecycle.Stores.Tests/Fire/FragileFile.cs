namespace WorkflowLifecycle.Stores.Tests.Fire;

/// <summary>A file as the disk has it, and what was written since it was last flushed: of that a loss of power leaves any part.</summary>
internal sealed class FragileFile
{
    private readonly List<RecordedCall> _pending = [];
    private byte[]? _durable;

    // Of a file that was removed, until the directory is flushed with what came in its place.
    private byte[]? _former;

    public int Pending => _pending.Count;

    public void Apply(RecordedCall call)
    {
        switch (call.Name)
        {
            case "fsync" or "fdatasync":
                // SQLite flushes the directory with the first flush of a file that it made.
                _durable = Content(_ => true, null);
                _former = null;
                _pending.Clear();
                break;
            case "unlink":
                _former = _durable;
                _durable = null;
                _pending.Clear();
                break;
            default:
                _pending.Add(call);
                break;
        }
    }

    /// <summary>What is there after a loss of power.</summary>
    /// <param name="kept">Of the calls since the last flush, by their places, those that reached the disk.</param>
    /// <param name="torn">How many bytes of the last call that was kept reached it; null is all.</param>
    /// <returns>Null when there is no file.</returns>
    public byte[]? Content(Func<int, bool> kept, int? torn)
    {
        RecordedCall[] calls = [.. _pending.Where((_, i) => kept(i))];
        if (calls.Length == 0)
        {
            return _durable;
        }

        using MemoryStream content = new();
        content.Write(_durable ?? []);
        foreach (RecordedCall call in calls)
        {
            if (call.Name == "ftruncate")
            {
                content.SetLength(call.Offset);
                continue;
            }

            content.Position = call.Offset;
            content.Write(call.Data, 0, call == calls[^1] ? Math.Min(torn ?? int.MaxValue, call.Data.Length) : call.Data.Length);
        }

        return content.ToArray();
    }

    /// <summary>What is there when the removal did not reach the disk; null when nothing was removed.</summary>
    public byte[]? Former => _former;
}
