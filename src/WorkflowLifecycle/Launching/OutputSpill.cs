using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WorkflowLifecycle.Launching;

/// <summary>Lines that nobody has read yet, on disk: first in, first out. Not thread-safe; its owner locks.</summary>
internal sealed class OutputSpill(string path) : IDisposable
{
    /// <summary>What is spilled at most; further lines are dropped, and the result says that output was truncated.</summary>
    public const long Limit = 256L * 1024 * 1024;

    // Length of the text (4 bytes), stream, mark of a cut.
    private const int HeaderSize = 6;

    private SafeFileHandle? _file;
    private long _read;
    private long _written;

    public bool IsEmpty => _read == _written;

    /// <summary>False when the line was dropped: the limit is reached, or the disk is full.</summary>
    public bool TryAdd(OutputLine line)
    {
        if (_written >= Limit)
        {
            return false;
        }

        byte[] record = new byte[HeaderSize + Encoding.UTF8.GetByteCount(line.Text)];
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - HeaderSize);
        record[4] = (byte)line.Stream;
        record[5] = line.IsCut ? (byte)1 : (byte)0;
        Encoding.UTF8.GetBytes(line.Text, record.AsSpan(HeaderSize));
        try
        {
            // Written through, without a buffer of ours: a line counts as kept only once the file system has taken it.
            _file ??= File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
            RandomAccess.Write(_file, record, _written);
            _written += record.Length;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The program must not wait for our disk: the line is lost, and the truncation mark tells.
            return false;
        }
    }

    public OutputLine Take()
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        Read(header);
        byte[] text = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
        Read(text);
        if (IsEmpty)
        {
            RandomAccess.SetLength(_file!, 0);
            _read = _written = 0;
        }

        return new OutputLine((OutputStream)header[4], Encoding.UTF8.GetString(text), IsCut: header[5] != 0);
    }

    public void Dispose() => _file?.Dispose();

    private void Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int length = RandomAccess.Read(_file!, buffer, _read);
            if (length == 0)
            {
                throw new EndOfStreamException($"{path} was cut off by somebody else.");
            }

            buffer = buffer[length..];
            _read += length;
        }
    }
}
