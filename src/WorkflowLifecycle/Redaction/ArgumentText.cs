namespace WorkflowLifecycle.Redaction;

/// <summary>Arguments as one line to read, in which one can see where each begins and ends.</summary>
internal static class ArgumentText
{
    // More than a shell takes literally: it is for reading, and the mask of a secret reads better bare.
    private const string Plain = "-_./:=@%+,*";

    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal))
            ? argument
            : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
