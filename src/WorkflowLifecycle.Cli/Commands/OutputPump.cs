using System.Buffers;
using System.Text;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Passes on what a program writes, each stream to its own, as it comes.</summary>
internal static class OutputPump
{
    private const int FlushAt = 64 * 1024;

    /// <exception cref="IOException">The reader at the other end is gone.</exception>
    public static async Task RunAsync(ITrackedProcess process, Stream output, Stream error)
    {
        ArrayBufferWriter<byte> pending = new(FlushAt);
        OutputStream pendingFor = OutputStream.Output;
        IAsyncEnumerator<OutputLine> lines = process.ReadOutputLinesAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        await using (lines.ConfigureAwait(false))
        {
            while (true)
            {
                ValueTask<bool> next = lines.MoveNextAsync();

                // What is there is written in one piece; what must be waited for finds everything before it already written.
                if (!next.IsCompleted)
                {
                    Flush();
                }

                if (!await next.ConfigureAwait(false))
                {
                    Flush();
                    return;
                }

                OutputLine line = lines.Current;
                if (line.Stream != pendingFor || pending.WrittenCount >= FlushAt)
                {
                    Flush();
                    pendingFor = line.Stream;
                }

                Encoding.UTF8.GetBytes(line.Text, pending);
                if (!line.IsCut)
                {
                    pending.Write("\n"u8);
                }
            }
        }

        void Flush()
        {
            if (pending.WrittenCount > 0)
            {
                (pendingFor == OutputStream.Output ? output : error).Write(pending.WrittenSpan);
                pending.ResetWrittenCount();
            }
        }
    }
}
