using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Signals by name and number, as Linux numbers them on x64 and arm64.</summary>
internal static class SignalWords
{
    private const string Prefix = "SIG";
    private const int Highest = 64;

    private static readonly string?[] _names =
    [
        null, "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Reads <c>SIGINT</c>, <c>INT</c> or <c>2</c>; null when it is no signal.</summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number is > 0 and <= Highest ? number : null;
        }

        string name = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        int found = name.Length == 0 ? -1 : Array.FindIndex(_names, known => name.Equals(known, StringComparison.OrdinalIgnoreCase));
        return found > 0 ? found : null;
    }

    /// <summary>Its name, or its number where it has none.</summary>
    public static string Of(int signal) =>
        signal > 0 && signal < _names.Length ? Prefix + _names[signal] : "signal " + signal.ToString(CultureInfo.InvariantCulture);
}
