using System.Text;

namespace WorkflowLifecycle.Launching;

/// <summary>Cuts a byte stream into lines. Lines longer than the limit are cut, never inside a UTF-8 character.</summary>
internal sealed class LineSplitter(OutputStream stream, Action<OutputLine> onLine)
{
    public const int LongestLine = 64 * 1024;

    private readonly byte[] _pending = new byte[LongestLine];
    private int _length;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? bytes : bytes[..end];
            while (part.Length > LongestLine - _length)
            {
                int fits = LongestLine - _length;
                part[..fits].CopyTo(_pending.AsSpan(_length));
                _length = LongestLine;
                part = part[fits..];
                Cut();
            }

            part.CopyTo(_pending.AsSpan(_length));
            _length += part.Length;
            if (end < 0)
            {
                return;
            }

            Emit(TrimReturn(_pending.AsSpan(0, _length)), isCut: false);
            _length = 0;
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Emits what follows the last line break, if anything does.</summary>
    public void Complete()
    {
        if (_length > 0)
        {
            Emit(_pending.AsSpan(0, _length), isCut: false);
            _length = 0;
        }
    }

    /// <summary>Forgets what was written since the last line break.</summary>
    public void Discard() => _length = 0;

    private static ReadOnlySpan<byte> TrimReturn(ReadOnlySpan<byte> line) => line.EndsWith("\r"u8) ? line[..^1] : line;

    private void Cut()
    {
        // Step back over the continuation bytes of a character that is not whole yet; at most 3, or it is no UTF-8 anyway.
        int end = _length;
        for (int back = 1; back <= 3; back++)
        {
            byte candidate = _pending[_length - back];
            if ((candidate & 0xC0) == 0xC0)
            {
                int needed = candidate >= 0xF0 ? 4 : candidate >= 0xE0 ? 3 : 2;
                end = needed > back ? _length - back : _length;
                break;
            }

            if ((candidate & 0x80) == 0)
            {
                break;
            }
        }

        Emit(_pending.AsSpan(0, end), isCut: true);
        _pending.AsSpan(end, _length - end).CopyTo(_pending);
        _length -= end;
    }

    private void Emit(ReadOnlySpan<byte> line, bool isCut) => onLine(new OutputLine(stream, Encoding.UTF8.GetString(line), isCut));
}
