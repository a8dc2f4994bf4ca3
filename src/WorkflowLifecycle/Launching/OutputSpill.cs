using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WorkflowLifecycle.Launching;

/// <summary>Lines that nobody has read yet, on disk: first in, first out, written and read by the chunk. Not thread-safe; its owner locks.</summary>
internal sealed class OutputSpill(string path) : IDisposable
{
    /// <summary>What is spilled at most; further lines are dropped, and the result says that output was truncated.</summary>
    public const long Limit = 256L * 1024 * 1024;

    private const int ChunkSize = 64 * 1024;

    // Length of the text (4 bytes), stream, mark of a cut.
    private const int HeaderSize = 6;

    private readonly Queue<int> _chunks = new();
    private SafeFileHandle? _file;
    private long _firstChunk;
    private long _fileEnd;
    private MemoryStream _pending = new();
    private ReadOnlyMemory<byte> _taken;

    public bool IsEmpty => _taken.IsEmpty && _chunks.Count == 0 && _pending.Length == 0;

    /// <summary>False when the line was dropped: the limit is reached, or the disk is full. What was added before stays.</summary>
    public bool TryAdd(OutputLine line)
    {
        if (_fileEnd >= Limit || (_pending.Length >= ChunkSize && !TryWriteChunk()))
        {
            return false;
        }

        byte[] record = new byte[HeaderSize + Encoding.UTF8.GetByteCount(line.Text)];
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - HeaderSize);
        record[4] = (byte)line.Stream;
        record[5] = line.IsCut ? (byte)1 : (byte)0;
        Encoding.UTF8.GetBytes(line.Text, record.AsSpan(HeaderSize));
        _pending.Write(record);
        return true;
    }

    /// <summary>The next line; null when the disk lost it.</summary>
    public OutputLine? Take()
    {
        if (_taken.IsEmpty && !TryTakeChunk())
        {
            Dispose();
            return null;
        }

        ReadOnlySpan<byte> record = _taken.Span;
        int length = HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(record);
        OutputLine line = new((OutputStream)record[4], Encoding.UTF8.GetString(record[HeaderSize..length]), IsCut: record[5] != 0);
        _taken = _taken[length..];
        return line;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        _chunks.Clear();
        _firstChunk = _fileEnd = 0;
        _pending = new MemoryStream();
        _taken = default;
    }

    // A chunk that the disk does not take stays in memory, whole: nothing that was added is lost, and nothing is half written.
    private bool TryWriteChunk()
    {
        try
        {
            _file ??= File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
            int length = (int)_pending.Length;
            RandomAccess.Write(_file, _pending.GetBuffer().AsSpan(0, length), _fileEnd);
            _chunks.Enqueue(length);
            _fileEnd += length;
            _pending.SetLength(0);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The program must not wait for our disk: further lines are lost, and the truncation mark tells.
            return false;
        }
    }

    private bool TryTakeChunk()
    {
        if (!_chunks.TryDequeue(out int length))
        {
            _taken = _pending.GetBuffer().AsMemory(0, (int)_pending.Length);
            _pending = new MemoryStream();
            return true;
        }

        byte[] chunk = new byte[length];
        try
        {
            for (int read = 0, more; read < length; read += more)
            {
                more = RandomAccess.Read(_file!, chunk.AsSpan(read), _firstChunk + read);
                if (more == 0)
                {
                    return false;
                }
            }

            _firstChunk += length;
            if (_chunks.Count == 0)
            {
                RandomAccess.SetLength(_file!, 0);
                _firstChunk = _fileEnd = 0;
            }
        }
        catch (IOException)
        {
            // A disk that does not give back what it took.
            return false;
        }

        _taken = chunk;
        return true;
    }
}
