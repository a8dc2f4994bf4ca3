using System.Runtime.CompilerServices;

namespace WorkflowLifecycle.Launching;

/// <summary>Between the program, which never waits, and a reader, who may be slow or absent: memory first, then a file.</summary>
internal sealed class OutputBuffer(string spillPath) : IDisposable
{
    private const long MemoryLimit = 1024 * 1024;
    private const int LinesPerTurn = 512;

    private readonly Lock _lock = new();
    private readonly Queue<OutputLine> _lines = new();
    private readonly OutputSpill _spill = new(spillPath);
    private TaskCompletionSource? _waiting;
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
        List<OutputLine> turn = [];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isOver = TakeTurn(turn, out Task more);
            foreach (OutputLine line in turn)
            {
                yield return line;
            }

            if (isOver)
            {
                yield break;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => Discard();

    // Several lines at a time: a program that floods holds the lock so often that a reader who asks for each line would starve.
    private bool TakeTurn(List<OutputLine> turn, out Task more)
    {
        turn.Clear();
        more = Task.CompletedTask;
        lock (_lock)
        {
            while (turn.Count < LinesPerTurn && TakeNext() is { } line)
            {
                turn.Add(line);
            }

            if (turn.Count > 0)
            {
                return false;
            }

            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            more = _waiting.Task;
            return _completed || _discarding;
        }
    }

    private OutputLine? TakeNext()
    {
        if (_lines.TryDequeue(out OutputLine? line))
        {
            _size -= line.Text.Length + 1;
            return line;
        }

        if (_discarding || _spill.IsEmpty)
        {
            return null;
        }

        OutputLine? spilled = _spill.Take();
        HasDropped |= spilled is null;
        return spilled;
    }

    private void Wake()
    {
        _waiting?.TrySetResult();
        _waiting = null;
    }
}
