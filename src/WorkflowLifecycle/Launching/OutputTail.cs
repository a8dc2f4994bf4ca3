using System.Buffers;
using System.Text;

namespace WorkflowLifecycle.Launching;

/// <summary>The end of a stream's text, up to a limit, for the run's result: what was written and nothing else.</summary>
internal sealed class OutputTail
{
    public const int Limit = 1024 * 1024;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _text = new();
    private bool _isCut;

    public bool IsTruncated => _isCut || _text.Length > Limit;

    /// <summary>Takes what comes next; a character may begin in one piece and end in the next one, unless it is the last.</summary>
    public void Write(ReadOnlySpan<byte> bytes, bool isLast)
    {
        char[] characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(bytes.Length));
        _text.Append(characters, 0, _decoder.GetChars(bytes, characters, isLast));
        ArrayPool<char>.Shared.Return(characters);

        // Not at each write: taking off the front costs as much as what stays.
        if (_text.Length >= 2 * Limit)
        {
            Cut();
        }
    }

    public override string ToString()
    {
        Cut();
        return _text.ToString();
    }

    private void Cut()
    {
        int over = _text.Length - Limit;
        if (over <= 0)
        {
            return;
        }

        // The second half of a character stands for nothing without the first.
        _text.Remove(0, char.IsLowSurrogate(_text[over]) ? over + 1 : over);
        _isCut = true;
    }
}
