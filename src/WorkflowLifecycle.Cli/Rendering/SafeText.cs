using System.Globalization;
using System.Text;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>
/// Text that others wrote, made harmless for a terminal. Control characters could move the cursor, retitle the window or answer
/// for the user; bidirectional and zero-width marks make a line read differently from what it says. All are shown as escapes.
/// </summary>
internal static class SafeText
{
    private const int LastByte = 0xFF;
    private const int LastOfBasicPlane = 0xFFFF;

    public static string Show(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        StringBuilder? shown = null;
        int position = 0;

        // A lone surrogate comes out of the enumeration as U+FFFD, which differs from the text and so is copied like an escape.
        foreach (Rune rune in text.EnumerateRunes())
        {
            int length = rune.Utf16SequenceLength;
            bool isLoneSurrogate = rune == Rune.ReplacementChar && text[position] != '\uFFFD';
            if (IsHarmful(rune) || isLoneSurrogate)
            {
                shown ??= new StringBuilder(text, 0, position, text.Length + 16);
                Append(shown, isLoneSurrogate ? text[position] : rune.Value);
            }
            else
            {
                shown?.Append(text, position, length);
            }

            position += length;
        }

        return shown?.ToString() ?? text;
    }

    /// <summary>True for a character that a terminal acts on instead of showing.</summary>
    public static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    public static void Append(StringBuilder target, int value) => _ = value switch
    {
        '\n' => target.Append("\\n"),
        '\r' => target.Append("\\r"),
        '\t' => target.Append("\\t"),
        <= LastByte => target.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
        <= LastOfBasicPlane => target.Append(CultureInfo.InvariantCulture, $"\\u{value:x4}"),
        _ => target.Append(CultureInfo.InvariantCulture, $"\\U{value:x8}"),
    };
}
