using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Signs;

namespace WorkflowLifecycle.Launching;

/// <summary>Drains the program's pipes as fast as it writes, whoever reads or does not.</summary>
internal sealed class OutputCapture : HostOutput
{
    private const int BufferSize = 32 * 1024;

    private readonly OutputTail _output = new();
    private readonly OutputTail _error = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly Task _draining;
    private bool _drainCut;

    public OutputCapture(IHeldRun held, string runDirectory, PatternWatch? pattern)
        : base(pattern)
    {
        Buffer = new OutputBuffer(Path.Combine(runDirectory, "output.spill"));
        // Not on the caller's turn: a pipe that is always full never gives one back.
        _draining = Task.WhenAll(
            Task.Run(() => DrainAsync(held.StandardOutput, OutputStream.Output, _output)),
            Task.Run(() => DrainAsync(held.StandardError, OutputStream.Error, _error)));
    }

    public OutputBuffer Buffer { get; }

    public override Task FirstOutput => _firstOutput.Task;

    public override string StandardOutput
    {
        get
        {
            lock (_lock)
            {
                return _output.ToString();
            }
        }
    }

    public override string StandardError
    {
        get
        {
            lock (_lock)
            {
                return _error.ToString();
            }
        }
    }

    public override bool IsTruncated => _drainCut || _output.IsTruncated || _error.IsTruncated || Buffer.HasDropped;

    /// <summary>Waits for the end of both streams, but not for ever: somebody outside the tree may hold a pipe open.</summary>
    public override async Task FinishAsync(TimeSpan limit, TimeProvider timeProvider)
    {
        try
        {
            await _draining.WaitAsync(limit, timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _drainCut = true;
            await _stop.CancelAsync().ConfigureAwait(false);
            await _draining.ConfigureAwait(false);
        }

        Buffer.Complete();
    }

    public override IAsyncEnumerable<OutputLine> ReadLinesAsync(CancellationToken cancellationToken) => Buffer.ReadAsync(cancellationToken);

    public override void Dispose() => Buffer.Dispose();

    private async Task DrainAsync(Stream? stream, OutputStream name, OutputTail tail)
    {
        if (stream is null)
        {
            return;
        }

        LineSplitter splitter = new(name, Buffer.Add);
        byte[] buffer = new byte[BufferSize];
        try
        {
            int length;
            while ((length = await stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false)) > 0)
            {
                _firstOutput.TrySetResult();
                Keep(tail, buffer.AsSpan(0, length), isLast: false);
                splitter.Write(buffer.AsSpan(0, length));
                Pattern?.Take(name, buffer.AsSpan(0, length));
            }
        }
        catch (OperationCanceledException)
        {
            // The drain limit: what was read so far is kept, and marked as truncated.
            _drainCut = true;
        }

        Keep(tail, [], isLast: true);
        splitter.Complete();
        Pattern?.Complete(name);
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private void Keep(OutputTail tail, ReadOnlySpan<byte> bytes, bool isLast)
    {
        lock (_lock)
        {
            tail.Write(bytes, isLast);
        }
    }
}
