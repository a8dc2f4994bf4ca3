using System.CommandLine;
using WorkflowLifecycle.Cli.Logs;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Prints the output of a run that writes to files.</summary>
internal static class LogsCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> run = RunArgument.One(context);
        Option<bool> follow = new("--follow", "-f") { Description = "Go on until the run is over." };
        Option<bool> raw = new("--raw") { Description = "On a terminal too, print the bytes as they are; it will act on the escape sequences among them." };
        Verb verb = new("logs", "Print what a detached run wrote.")
        {
            Details =
            [
                "Its standard output goes to standard output, its standard error to standard error.",
                "A file or a pipe gets the program's bytes as they are. On a terminal, control characters other than line ends and tabs are",
                "shown as escapes, so that no output moves the cursor or answers for you; --raw passes them on.",
            ],
            Examples = ["workflowctl logs run_5fbae44ab6f0", "workflowctl logs run_5fbae44ab6f0 -f", "workflowctl logs run_5fbae44ab6f0 2>/dev/null | tail"],
        };
        verb.Add(run);
        verb.Add(follow);
        verb.Add(raw);
        verb.SetAction((parsed, token) => ExecuteAsync(context, parsed,
            RunArgument.Parse(parsed.GetRequiredValue(run)), parsed.GetValue(follow), parsed.GetValue(raw), token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(
        CliContext context, ParseResult parsed, RunId runId, bool follow, bool raw, CancellationToken token)
    {
        OpenStore opened = await OpenStore.ForRunAsync(context, parsed, runId, StoreUse.Look, token).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            RunRecord run = await opened.FindAsync(runId, token).ConfigureAwait(false);
            string directory = DirectoryOf(run, opened.Choice);
            try
            {
                await new LogReading(context, opened, raw).RunAsync(run, directory, follow, token).ConfigureAwait(false);
                return ExitCodes.Ok;
            }
            catch (OperationCanceledException) when (follow && token.IsCancellationRequested)
            {
                // The usual way to stop following, which needs no words.
                return ExitCodes.Interrupted;
            }
            catch (IOException broken) when (broken.HResult == StandardStream.BrokenPipe)
            {
                return ExitCodes.Ok;
            }
        }
    }

    private static string DirectoryOf(RunRecord run, StoreChoice store)
    {
        string id = run.RunId.Value;
        if (run.Output != OutputMode.Files)
        {
            string where = run.Output == OutputMode.Capture ? "went to the process that launched it" : "was discarded";
            throw NoLogs($"The output of {id} {where}; there is no file of it.",
                "Launch with output in files: workflowctl run --detach -- PROGRAM, or Output = OutputMode.Files");
        }

        string? directory = run.Containment?.RunDirectory;
        return directory is not null && Directory.Exists(directory)
            ? directory
            : throw NoLogs(
                directory is null ? $"{id} never ran, so that it wrote nothing." : $"The output of {id} is gone: {directory} is not there.",
                $"How the run ended: {store.Command("show", id)}");
    }

    private static CliException NoLogs(string message, string help) => new(new CliError(ExitCodes.Failed, "no-logs", message, help));
}
