namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>What one process has answered so far. Whoever is asked may be anything: there is a limit for each, and one for all that are held at a time.</summary>
internal sealed class TraceBuffer : IDisposable
{
    // A large program names 100,000 methods in three quarters of it.
    private const int MostForOne = 32 * 1024 * 1024;
    private const long MostForAll = 48 * 1024 * 1024;

    private static long _heldByAll;

    private readonly Lock _lock = new();
    private readonly MemoryStream _trace = new();
    private bool _isGivenBack;

    public ReadOnlySpan<byte> Bytes => _trace.GetBuffer().AsSpan(0, (int)_trace.Length);

    /// <exception cref="InvalidDataException">It is too long, or all together are.</exception>
    /// <exception cref="ObjectDisposedException">Nobody waits for it any more.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isGivenBack, this);
            if (_trace.Length + bytes.Length > MostForOne)
            {
                throw new InvalidDataException("it is too long");
            }

            if (Interlocked.Add(ref _heldByAll, bytes.Length) > MostForAll)
            {
                Interlocked.Add(ref _heldByAll, -bytes.Length);
                throw new InvalidDataException("it is too long, with what others answer at the same time");
            }

            _trace.Write(bytes);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isGivenBack)
            {
                _isGivenBack = true;
                Interlocked.Add(ref _heldByAll, -_trace.Length);
            }
        }
    }
}
