namespace WorkflowLifecycle.Redaction;

/// <summary>Processes as they may be stored and shown.</summary>
internal static class RedactedProcesses
{
    public static IReadOnlyList<ProcessSnapshot> RedactProcesses(this IRedactor redactor, IReadOnlyList<ProcessSnapshot> processes) =>
        [.. processes.Select(process => process.CommandLine is { } line ? process with { CommandLine = redactor.RedactCommandLine(line) } : process)];

    // By the argument, as long as they are apart: in a joined line nobody can tell where a secret with blanks ends. Without a NUL it is one
    // text: a title that the process gave itself.
    public static string RedactCommandLine(this IRedactor redactor, string line) =>
        line.Contains('\0', StringComparison.Ordinal) ? ArgumentText.Join(redactor.RedactArguments(line.Split('\0'))) : redactor.RedactText(line);
}
