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

        if (trimmed.Any(char.IsControl))
        {
            return "A reason has no control characters or line breaks: 3 to 1,000 visible characters.";
        }

        int visible = trimmed.Count(IsVisible);
        return visible < MinimumLength ? "The reason is too short: 3 to 1,000 visible characters."
            : trimmed.Length > MaximumLength ? "The reason is too long: 3 to 1,000 visible characters."
            : null;
    }

    // Zero-width and bidirectional marks would let a reason look empty, or read differently from what it says.
    private static bool IsVisible(char c) =>
        !char.IsWhiteSpace(c) && char.GetUnicodeCategory(c) is not (System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.OtherNotAssigned);
}
