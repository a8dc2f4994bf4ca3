namespace WorkflowLifecycle.Launching;

/// <summary>
/// The reading end of a program's pipe. After the end of the tree a silence counts as the end of the output: somebody outside the tree
/// may hold the pipe open. What is in the pipe by then is read first, however late the reader comes.
/// </summary>
/// <param name="pipe">The pipe.</param>
/// <param name="onRead">Is shown what was read, before the reader gets it; nothing at the end of the output.</param>
/// <param name="timeProvider">Times the silence.</param>
internal sealed class OutputReadStream(Stream pipe, Action<ReadOnlySpan<byte>> onRead, TimeProvider timeProvider) : Stream
{
    private const int DrainSize = 32 * 1024;

    private readonly TaskCompletionSource<TimeSpan> _treeEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOver;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The tree is over: from now on nothing for this long is the end.</summary>
    public void EndWithin(TimeSpan silence) => _treeEnd.TrySetResult(silence);

    /// <summary>Reads to the end for nobody, so that the program never waits.</summary>
    public async Task DrainAsync()
    {
        byte[] nobody = new byte[DrainSize];
        try
        {
            while (await ReadAsync(nobody, CancellationToken.None).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or IOException)
        {
            // The reader closed it at the same moment: then there is nothing to drain.
            return;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isOver || buffer.IsEmpty)
        {
            return 0;
        }

        int length = await ReadPipeAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (length > 0)
        {
            onRead(buffer.Span[..length]);
            return length;
        }

        _isOver = true;
        onRead([]);
        await pipe.DisposeAsync().ConfigureAwait(false);
        return 0;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _isOver = true;
        if (disposing)
        {
            pipe.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>0 at the end of the output, or after the silence that counts as it.</returns>
    private async Task<int> ReadPipeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<int> arriving = pipe.ReadAsync(buffer, reading.Token).AsTask();
        if (await Task.WhenAny(arriving, _treeEnd.Task).ConfigureAwait(false) != arriving)
        {
            TimeSpan silence = await _treeEnd.Task.ConfigureAwait(false);
            await Task.WhenAny(arriving, Task.Delay(silence, timeProvider, reading.Token)).ConfigureAwait(false);
            await reading.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            return await arriving.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }
}
