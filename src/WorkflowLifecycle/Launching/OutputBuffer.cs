using System.Runtime.CompilerServices;

namespace WorkflowLifecycle.Launching;

/// <summary>Between the program, which never waits, and a reader, who may be slow or absent: memory first, then a file.</summary>
internal sealed class OutputBuffer(string spillPath) : IDisposable
{
    private const long MemoryLimit = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<OutputLine> _lines = new();
    private readonly OutputSpill _spill = new(spillPath);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _size;
    private bool _completed;
    private bool _discarding;

    public bool HasDropped { get; private set; }

    public void Add(OutputLine line)
    {
        lock (_lock)
        {
            if (_completed || _discarding)
            {
                return;
            }

            // Once something is on disk, what follows goes there too, until the reader has caught up: the order stays.
            if (_spill.IsEmpty && _size + line.Text.Length <= MemoryLimit)
            {
                _lines.Enqueue(line);
                _size += line.Text.Length + 1;
            }
            else
            {
                HasDropped |= !_spill.TryAdd(line);
            }

            Wake();
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Wake();
        }
    }

    /// <summary>Nobody will read any more: keep nothing.</summary>
    public void Discard()
    {
        lock (_lock)
        {
            _discarding = true;
            _lines.Clear();
            _spill.Dispose();
            Wake();
        }
    }

    public async IAsyncEnumerable<OutputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            OutputLine? line;
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
                line = TakeNext();
                if (line is null && (_completed || _discarding))
                {
                    yield break;
                }
            }

            if (line is not null)
            {
                yield return line;
            }
            else
            {
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => Discard();

    private OutputLine? TakeNext()
    {
        if (_lines.TryDequeue(out OutputLine? line))
        {
            _size -= line.Text.Length + 1;
            return line;
        }

        return _discarding || _spill.IsEmpty ? null : _spill.Take();
    }

    private void Wake()
    {
        TaskCompletionSource woken = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        woken.TrySetResult();
    }
}
