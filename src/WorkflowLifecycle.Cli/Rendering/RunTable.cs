using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Runs, one per line.</summary>
internal static class RunTable
{
    public static void Write(CliConsole console, IReadOnlyList<RunRecord> runs, DateTimeOffset now)
    {
        TableOutput table = new("RUN", "WORKFLOW", "STATE", "AGE", "PID", "STRENGTH", "COMMAND");
        foreach (RunRecord run in runs)
        {
            table.Add(
                Cell.Of(run.RunId.Value),
                Cell.Of(run.Workflow),
                Cell.Of(run.State.Name, StateStyle.Of(run.State)),
                Cell.Of(Words.Duration((run.EndedAt ?? now) - (run.StartedAt ?? run.CreatedAt))),
                Cell.Of(run.Root?.Pid.ToString(CultureInfo.InvariantCulture)),
                Cell.Of(run.Containment?.Strength.ToString()),
                Cell.Of(CommandLine(run)));
        }

        table.Write(console);
    }

    /// <summary>The program and its arguments as one would type them.</summary>
    public static string CommandLine(RunRecord run) => ShellQuote.Join([run.Program, .. run.Arguments]);
}
