using System.Text;

namespace WorkflowLifecycle.Launching;

/// <summary>Lines that nobody has read yet, on disk: first in, first out. Not thread-safe; its owner locks.</summary>
internal sealed class OutputSpill(string path) : IDisposable
{
    /// <summary>What is spilled at most; further lines are dropped, and the result says that output was truncated.</summary>
    public const long Limit = 256L * 1024 * 1024;

    private FileStream? _file;
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

        try
        {
            _file ??= new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
            _file.Position = _written;
            using BinaryWriter writer = new(_file, Encoding.UTF8, leaveOpen: true);
            writer.Write((byte)line.Stream);
            writer.Write(line.IsCut);
            writer.Write(line.Text);
            writer.Flush();
            _written = _file.Position;
            return true;
        }
        catch (IOException)
        {
            // The program must not wait for our disk: the line is lost, and the truncation mark tells.
            return false;
        }
    }

    public OutputLine Take()
    {
        _file!.Position = _read;
        using BinaryReader reader = new(_file, Encoding.UTF8, leaveOpen: true);
        OutputLine line = new((OutputStream)reader.ReadByte(), IsCut: reader.ReadBoolean(), Text: reader.ReadString());
        _read = _file.Position;
        if (IsEmpty)
        {
            _file.SetLength(0);
            _read = _written = 0;
        }

        return line;
    }

    public void Dispose() => _file?.Dispose();
}
