using System.Text.RegularExpressions;
using System.Threading.Channels;
using WorkflowLifecycle.Launching;

namespace WorkflowLifecycle.Signs;

/// <summary>
/// Looks for the line by which a program says that it is ready, beside the reading of its output: that is copied here and goes on. What comes
/// faster than it can be looked at is left out rather than waited for.
/// </summary>
internal sealed class PatternWatch
{
    /// <summary>The most of <see cref="Waiting"/>.</summary>
    public const int MostWaiting = 8 * 1024 * 1024;

    private readonly Regex _pattern;
    private readonly Action _onFirstGap;
    private readonly Channel<Piece> _pieces = Channel.CreateUnbounded<Piece>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lines _output;
    private readonly Lines _error;
    private long _waiting;
    private long _gaps;
    private volatile bool _isSeen;
    private volatile bool _isOver;

    public PatternWatch(Regex pattern, Action onFirstGap)
    {
        _pattern = pattern;
        _onFirstGap = onFirstGap;
        _output = new Lines(new LineSplitter(OutputStream.Output, Look));
        _error = new Lines(new LineSplitter(OutputStream.Error, Look));
        Seen = Task.Run(WatchAsync);
    }

    /// <summary>Completes with true once a line matched, and with false when the watching ended without one.</summary>
    public Task<bool> Seen { get; }

    /// <summary>Bytes that wait to be looked at.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>Takes a copy of what was read. Never waits.</summary>
    public void Take(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        if (_isOver)
        {
            return;
        }

        Lines lines = Of(stream);
        if (Interlocked.Add(ref _waiting, bytes.Length) > MostWaiting)
        {
            Interlocked.Add(ref _waiting, -bytes.Length);
            lines.Gaps++;
            if (Interlocked.Increment(ref _gaps) == 1)
            {
                _onFirstGap();
            }

            return;
        }

        _pieces.Writer.TryWrite(new Piece(stream, bytes.ToArray(), lines.Gaps));
    }

    /// <summary>The stream has ended: what follows its last line break is a line, too.</summary>
    public void Complete(OutputStream stream) => Take(stream, "\n"u8);

    /// <summary>The run is over: whether it ever was ready, nobody asks any more.</summary>
    public void Finish()
    {
        _isOver = true;
        _pieces.Writer.TryComplete();
    }

    private Lines Of(OutputStream stream) => stream == OutputStream.Output ? _output : _error;

    private async Task<bool> WatchAsync()
    {
        await foreach (Piece piece in _pieces.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (!_isOver)
            {
                Of(piece.Stream).Take(piece);
            }

            Interlocked.Add(ref _waiting, -piece.Bytes.Length);
            if (_isSeen)
            {
                Finish();
                break;
            }
        }

        return _isSeen;
    }

    private void Look(OutputLine line) => _isSeen = _isSeen || (!_isOver && _pattern.IsMatch(line.Text));

    /// <summary>What was read at once, and how many gaps there were before it.</summary>
    private sealed record Piece(OutputStream Stream, byte[] Bytes, int Gaps);

    /// <summary>One stream's lines. After a gap they begin anew behind the next line break: two halves are not a line.</summary>
    private sealed class Lines(LineSplitter splitter)
    {
        private int _gapsSeen;
        private bool _isBroken;

        /// <summary>Set by who reads the output.</summary>
        public int Gaps { get; set; }

        public void Take(Piece piece)
        {
            ReadOnlySpan<byte> bytes = piece.Bytes;
            if (piece.Gaps != _gapsSeen)
            {
                _gapsSeen = piece.Gaps;
                _isBroken = true;
                splitter.Discard();
            }

            if (_isBroken)
            {
                int end = bytes.IndexOf((byte)'\n');
                _isBroken = end < 0;
                bytes = bytes[(end + 1)..];
            }

            if (!_isBroken)
            {
                splitter.Write(bytes);
            }
        }
    }
}
