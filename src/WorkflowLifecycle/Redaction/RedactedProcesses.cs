namespace WorkflowLifecycle.Redaction;

/// <summary>Processes as they may be stored and shown.</summary>
internal static class RedactedProcesses
{
    public static IReadOnlyList<ProcessSnapshot> RedactProcesses(this IRedactor redactor, IReadOnlyList<ProcessSnapshot> processes) =>
        [.. processes.Select(process => process.CommandLine is { } line ? process with { CommandLine = redactor.RedactText(line) } : process)];
}
