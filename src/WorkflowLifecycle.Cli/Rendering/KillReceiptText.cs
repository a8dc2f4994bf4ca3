using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>The receipt of a kill for people.</summary>
internal static class KillReceiptText
{
    private const int ProcessesShown = 20;

    public static void Write(CliConsole console, KillReport report)
    {
        AnsiOutput.On(console).Write(new Spectre.Console.Paragraph()
            .Append(SafeText.Show(report.RunId.Value) + "  ")
            .Append(report.Outcome.ToString(), StateStyle.Of(report.Outcome))
            .Append($"  {Words.Milliseconds(report.DurationMs)}\n"));
        new FieldList()
            .Add("  kill", $"{report.KillId} ({report.Mode}), by {report.RequestedBy}")
            .Add("  reason", report.Reason)
            .Add("  proof", report.Outcome == KillOutcome.Denied ? null : $"{report.Proof} at strength {report.Strength}")
            .Add("  open exits", string.Join("; ", report.Outcome == KillOutcome.AlreadyExited ? [] : report.OpenExits))
            .Add("  exit", Exit(report))
            .Add("  before", Before(report))
            .Add("  survivors", report.Survivors.Count == 0 ? null : Processes(report.Survivors))
            .Add("  phases", PhaseWords.Of(report.Phases))
            .Add("  steps", string.Join(", ", report.Steps.Select(step =>
                $"{step.Name} {Words.Milliseconds(step.DurationMs)}{(step.Outcome == "ok" ? string.Empty : $" ({step.Outcome})")}")))
            .Add("  cleanup", string.Join(", ", report.Cleanup.Select(line => $"{line.Cleaner} {line.Outcome}")))
            .Add("  note", report.Message)
            .Write(console.Out);
        foreach (KillReport child in report.ChildRuns)
        {
            Write(console, child);
        }
    }

    /// <summary>Processes in one line, the first of many.</summary>
    public static string Processes(IReadOnlyList<ProcessSnapshot> processes)
    {
        string shown = string.Join(", ", processes.Take(ProcessesShown).Select(process =>
            $"{process.Pid.ToString(CultureInfo.InvariantCulture)} {process.Name}{Waiting(process)}"));
        return processes.Count > ProcessesShown ? $"{shown} and {processes.Count - ProcessesShown} more" : shown;
    }

    private static string Waiting(ProcessSnapshot process) => process switch
    {
        { WaitsOn: { Length: > 0 } what } => $" (waits on {what})",
        { State: 'D' } => " (uninterruptible)",
        _ => string.Empty,
    };

    private static string? Before(KillReport report) => report.ProcessesBefore.Count == 0
        ? null
        : Words.Count(report.ProcessesBefore.Count, "process", "processes") + (report.ProcessesTruncated ? " or more: " : ": ") +
          Processes(report.ProcessesBefore);

    private static string? Exit(KillReport report) => report switch
    {
        { ExitCode: { } code } => "code " + code.ToString(CultureInfo.InvariantCulture),
        { ExitSignal: { } signal } => "signal " + signal.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
