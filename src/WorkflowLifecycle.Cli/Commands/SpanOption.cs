using System.Globalization;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Spans of time on the command line, as 30d, 12h, 90m or 45s.</summary>
internal static class SpanOption
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>Reads a span.</summary>
    /// <exception cref="CliException">It is none; the form is stated.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        TimeSpan? unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        bool isNumber = double.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count);
        return unit is { } known && isNumber && count > 0 && count <= Longest / known
            ? known * count
            : throw CliException.Usage($"{option} is a number above 0 with s, m, h or d, as 30d or 12h, not '{text}'.", $"Try: {option} 30d");
    }
}
