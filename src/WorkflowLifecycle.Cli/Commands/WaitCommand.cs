using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Waits for the end of a run.</summary>
internal static class WaitCommand
{
    public static Command Create(CliContext context) => RunVerb.Create(
        context,
        new Verb("wait", "Wait until a run is over, and print how it ended.")
        {
            Details = ["Returns 0 once the run is over, however it ended: the program's own exit code is in the output."],
            Examples = ["workflowctl wait run_5fbae44ab6f0", "workflowctl wait run_5fbae44ab6f0 --json | jq .exitCode"],
        },
        (opened, _, runId, asJson, token) => PrintAsync(context, opened, runId, asJson, token));

    private static async Task PrintAsync(CliContext context, OpenStore opened, RunId runId, bool asJson, CancellationToken token)
    {
        RunRecord run = await opened.WaitForEndAsync(runId, token).ConfigureAwait(false);
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, RunEnd.Of(run), CliJsonContext.Default.RunEnd);
        }
        else
        {
            context.Console.Out.WriteLine(SafeText.Show($"{run.RunId}  {run.State}  {RunDetails.Ending(run)}"));
        }
    }
}
