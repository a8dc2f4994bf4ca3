using System.Text;

namespace WorkflowLifecycle.Launching;

/// <summary>Lines that nobody has read yet, on disk: first in, first out. Not thread-safe; its owner locks.</summary>
/// <remarks>Writing and reading go through handles of their own, each with its buffer: moving one position to and fro would cost a system call a line.</remarks>
internal sealed class OutputSpill(string path) : IDisposable
{
    /// <summary>What is spilled at most; further lines are dropped, and the result says that output was truncated.</summary>
    public const long Limit = 256L * 1024 * 1024;

    private const int BufferSize = 64 * 1024;

    // Kind, cut mark and length prefix of a record.
    private const int RecordOverhead = 8;

    private BinaryWriter? _writer;
    private BinaryReader? _reader;
    private long _size;
    private long _written;
    private long _flushed;
    private long _read;

    public bool IsEmpty => _read == _written;

    /// <summary>False when the line was dropped: the limit is reached, or the disk is full.</summary>
    public bool TryAdd(OutputLine line)
    {
        if (_size >= Limit)
        {
            return false;
        }

        try
        {
            BinaryWriter writer = _writer ??= Open();
            writer.Write((byte)line.Stream);
            writer.Write(line.IsCut);
            writer.Write(line.Text);
            _size += Encoding.UTF8.GetByteCount(line.Text) + RecordOverhead;
            _written++;
            return true;
        }
        catch (IOException)
        {
            // The program must not wait for our disk: the line is lost, and the truncation mark tells.
            return false;
        }
    }

    /// <summary>The next line; null when the disk lost it.</summary>
    public OutputLine? Take()
    {
        try
        {
            if (_read == _flushed)
            {
                _writer!.Flush();
                _flushed = _written;
            }

            OutputLine line = new((OutputStream)_reader!.ReadByte(), IsCut: _reader.ReadBoolean(), Text: _reader.ReadString());
            _read++;
            if (IsEmpty)
            {
                Dispose();
            }

            return line;
        }
        catch (IOException)
        {
            // What was in the writer's buffer did not fit the disk: nothing after it can be read either.
            Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        _reader?.Dispose();
        Close(_writer);
        _reader = null;
        _writer = null;
        _size = _written = _flushed = _read = 0;
    }

    private static void Close(BinaryWriter? writer)
    {
        try
        {
            writer?.Dispose();
        }
        catch (IOException full)
        {
            // Closing writes what is buffered; the lines are not wanted any more.
            System.Diagnostics.Debug.WriteLine(full.Message);
        }
    }

    private BinaryWriter Open()
    {
        FileStream output = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, BufferSize, FileOptions.DeleteOnClose);
        _reader = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize), Encoding.UTF8);
        return new BinaryWriter(output, Encoding.UTF8);
    }
}
