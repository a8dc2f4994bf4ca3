using System.Text;

namespace WorkflowLifecycle.Cli.Logs;

/// <summary>What a program wrote, for a terminal: lines stay lines and tabs stay tabs, everything else that a terminal acts on is shown.</summary>
internal sealed class TerminalText(TextWriter writer)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _shown = new();
    private bool _sawReturn;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        char[] characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        int count = _decoder.GetChars(bytes, characters, flush: false);
        foreach (Rune rune in characters.AsSpan(0, count).EnumerateRunes())
        {
            Append(rune);
        }

        writer.Write(_shown.ToString());
        _shown.Clear();
    }

    // A return before a line feed is part of the line's end; alone it would overwrite what stands there.
    private void Append(Rune rune)
    {
        if (_sawReturn && rune.Value != '\n')
        {
            SafeText.Append(_shown, '\r');
        }

        _sawReturn = rune.Value == '\r';
        if (_sawReturn)
        {
            return;
        }

        if (rune.Value is '\n' or '\t' || !SafeText.IsHarmful(rune))
        {
            _shown.Append(rune.ToString());
        }
        else
        {
            SafeText.Append(_shown, rune.Value);
        }
    }
}
