namespace WorkflowLifecycle.Cli.Terminal;

/// <summary>
/// Writes into a pipe, says when its reader is gone, and waits where somebody who has the pipe open too made it non-blocking. The file
/// reports a reader that is gone and does not wait; the console waits and does not report.
/// </summary>
internal sealed class PipeStream(Stream file, Stream console) : Stream
{
    // EAGAIN on Linux, as HResult gives it.
    private const int WouldBlock = 11;

    // Up to this size (PIPE_BUF) a pipe takes all or nothing, so that nothing is written twice.
    private const int Atomic = 4096;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            ReadOnlySpan<byte> piece = buffer[..Math.Min(buffer.Length, Atomic)];
            WritePiece(piece);
            buffer = buffer[piece.Length..];
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            console.Dispose();
        }

        base.Dispose(disposing);
    }

    private void WritePiece(ReadOnlySpan<byte> piece)
    {
        try
        {
            file.Write(piece);
        }
        catch (IOException full) when (full.HResult == WouldBlock)
        {
            console.Write(piece);
        }
    }
}
