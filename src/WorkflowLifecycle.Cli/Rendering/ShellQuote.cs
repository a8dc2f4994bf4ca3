namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Words of a command to be pasted into a shell.</summary>
internal static class ShellQuote
{
    private const string Harmless = "-_./:=@%+,";

    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Word));

    /// <summary>The word as it is where that is safe, in single quotes otherwise.</summary>
    public static string Word(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Harmless.Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
