namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>What the holder of a lock is at, by its command line.</summary>
internal static class HolderCommand
{
    private static readonly string[] _optionsWithValue = ["-w", "--wait", "--timeout", "-E", "--conflict-exit-code"];

    /// <summary>The command line with blanks; for <c>flock -s -o FILE git push</c> what it runs.</summary>
    public static string Of(string? commandLine)
    {
        string[] arguments = (commandLine ?? string.Empty).Split('\0');
        return string.Join(' ', Path.GetFileName(arguments[0]) == "flock" && AfterFlock(arguments) is { Length: > 0 } command ? command : arguments);
    }

    private static string[] AfterFlock(string[] arguments)
    {
        int at = 1;
        while (at < arguments.Length && arguments[at].StartsWith('-'))
        {
            at += _optionsWithValue.Contains(arguments[at], StringComparer.Ordinal) ? 2 : 1;
        }

        // The file comes first, then either the command or -c and a line for the shell.
        at++;
        at += at < arguments.Length && arguments[at] is "-c" or "--command" ? 1 : 0;
        return at < arguments.Length ? arguments[at..] : [];
    }
}
