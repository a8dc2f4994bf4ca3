using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Waits for the end of a run.</summary>
internal static class WaitCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> run = RunArgument.One(context);
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("wait", "Wait until a run is over, and print how it ended.")
        {
            Details = ["Returns 0 once the run is over, however it ended: the program's own exit code is in the output."],
            Examples = ["workflowctl wait run_5fbae44ab6f0", "workflowctl wait run_5fbae44ab6f0 --json | jq .exitCode"],
        };
        verb.Add(run);
        verb.Add(json);
        verb.SetAction((parsed, token) => ExecuteAsync(context, parsed, RunArgument.Parse(parsed.GetRequiredValue(run)), parsed.GetValue(json), token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(CliContext context, ParseResult parsed, RunId runId, bool asJson, CancellationToken token)
    {
        OpenStore opened = await OpenStore.ForRunAsync(context, parsed, runId, StoreUse.Look, token).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
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

            return ExitCodes.Ok;
        }
    }
}
