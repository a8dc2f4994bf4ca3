using System.Globalization;
using System.Text;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Text that a program chose, made fit to be shown: one line, no control or direction characters, bounded.</summary>
internal static class VisibleText
{
    public static string Of(ReadOnlySpan<byte> bytes, int most) => Of(Encoding.UTF8.GetString(bytes), most);

    public static string Of(string text, int most)
    {
        StringBuilder visible = new(Math.Min(text.Length, most));
        foreach (Rune rune in text.AsSpan().Trim().EnumerateRunes())
        {
            if (visible.Length + rune.Utf16SequenceLength > most)
            {
                break;
            }

            visible.Append(IsHidden(rune) ? " " : rune.ToString());
        }

        return visible.ToString().Trim();
    }

    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
