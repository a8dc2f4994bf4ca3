using System.Buffers;
using System.Text;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Passes on what a program writes, each stream to its own, as it comes.</summary>
internal sealed class OutputPump(Stream output, Stream error, TimeProvider time)
{
    private const int FlushAt = 64 * 1024;

    // However fast a program writes, what it wrote is not kept back longer than this, and a reader that is gone is noticed.
    private static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(50);

    private readonly ArrayBufferWriter<byte> _pending = new(FlushAt);
    private OutputStream _pendingFor;
    private long _flushed = time.GetTimestamp();

    /// <summary>Returns when the output ends.</summary>
    /// <exception cref="IOException">The reader at the other end is gone.</exception>
    public async Task RunAsync(ITrackedProcess process)
    {
        using CancellationTokenSource stop = new();
        IAsyncEnumerator<OutputLine> lines = process.ReadOutputLinesAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
        await using (lines.ConfigureAwait(false))
        {
            while (await NextAsync(lines, stop).ConfigureAwait(false))
            {
                Add(lines.Current);
            }

            Flush();
        }
    }

    // What is there is written in one piece; when there is nothing more for now, everything before is written first.
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<OutputLine> lines, CancellationTokenSource stop)
    {
        ValueTask<bool> next = lines.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next.ConfigureAwait(false);
        }

        Task<bool> waiting = next.AsTask();
        try
        {
            Flush();
        }
        catch (IOException)
        {
            // The enumerator may only be disposed once it no longer waits.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await waiting.ConfigureAwait(false);
    }

    private void Add(OutputLine line)
    {
        if (line.Stream != _pendingFor || _pending.WrittenCount >= FlushAt || time.GetElapsedTime(_flushed) >= FlushEvery)
        {
            Flush();
            _pendingFor = line.Stream;
        }

        Encoding.UTF8.GetBytes(line.Text, _pending);
        if (!line.IsCut)
        {
            _pending.Write("\n"u8);
        }
    }

    private void Flush()
    {
        _flushed = time.GetTimestamp();
        if (_pending.WrittenCount > 0)
        {
            (_pendingFor == OutputStream.Output ? output : error).Write(_pending.WrittenSpan);
            _pending.ResetWrittenCount();
        }
    }
}
