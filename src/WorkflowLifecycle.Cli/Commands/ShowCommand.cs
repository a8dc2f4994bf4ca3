using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Shows one run.</summary>
internal static class ShowCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> run = RunArgument.One(context);
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("show", "Show everything about a run.")
        {
            Examples = ["workflowctl show run_5fbae44ab6f0", "workflowctl show run_5fbae44ab6f0 --json | jq .state"],
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
            RunRecord run = await opened.FindAsync(runId, token).ConfigureAwait(false);
            KillReport? lastKill = run.KillId is { } killId
                ? await opened.Session.Kills.FindReportAsync(killId, token).ConfigureAwait(false)
                : null;
            if (asJson)
            {
                JsonOutput.Write(context.Console.Out, RunDetail.Of(run, lastKill), CliJsonContext.Default.RunDetail);
                return ExitCodes.Ok;
            }

            RunDetails.Write(context.Console, run, lastKill, context.Time.GetUtcNow());
            if (!run.State.IsFinal)
            {
                context.Console.Say($"Its processes: {opened.Choice.Command("tree", runId.Value)}");
            }

            return ExitCodes.Ok;
        }
    }
}
