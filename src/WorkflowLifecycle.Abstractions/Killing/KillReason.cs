using System.Globalization;
using System.Text;

namespace WorkflowLifecycle;

/// <summary>The one rule for reasons, at every door: 3 to 1,000 visible characters.</summary>
public static class KillReason
{
    /// <summary>Fewest characters, after trimming.</summary>
    public const int MinimumLength = 3;

    /// <summary>Most characters, after trimming.</summary>
    public const int MaximumLength = 1000;

    /// <summary>What is wrong with a reason, in words that say how to correct it; null when nothing is.</summary>
    public static string? Explain(string? reason)
    {
        string trimmed = reason?.Trim() ?? string.Empty;
        if (trimmed.Length == 0)
        {
            return "A reason is required: 3 to 1,000 visible characters that say why the run is ended.";
        }

        if (trimmed.EnumerateRunes().Any(IsForbidden))
        {
            return "A reason has no control characters, line breaks or direction overrides: 3 to 1,000 visible characters.";
        }

        int visible = trimmed.EnumerateRunes().Count(IsVisible);
        return visible < MinimumLength ? "The reason is too short: 3 to 1,000 visible characters."
            : trimmed.Length > MaximumLength ? "The reason is too long: 3 to 1,000 visible characters."
            : null;
    }

    // Overrides of the direction would let a reason read differently from what it says.
    private static bool IsForbidden(Rune c) =>
        Rune.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || c.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    // Zero-width characters, marks without a letter and letters that are drawn blank would let a reason look empty. They may stand among others.
    private static bool IsVisible(Rune c) =>
        !Rune.IsWhiteSpace(c)
        && Rune.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.OtherNotAssigned)
        && c.Value is not (0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0);
}
