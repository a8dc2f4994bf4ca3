using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Shows one run.</summary>
internal static class ShowCommand
{
    public static Command Create(CliContext context) => RunVerb.Create(
        context,
        new Verb("show", "Show everything about a run.")
        {
            Examples = ["workflowctl show run_5fbae44ab6f0", "workflowctl show run_5fbae44ab6f0 --json | jq .state"],
        },
        (opened, runId, asJson, token) => PrintAsync(context, opened, runId, asJson, token));

    private static async Task PrintAsync(CliContext context, OpenStore opened, RunId runId, bool asJson, CancellationToken token)
    {
        RunRecord run = await opened.FindAsync(runId, token).ConfigureAwait(false);
        KillReport? lastKill = run.KillId is { } killId
            ? await opened.Session.Kills.FindReportAsync(killId, token).ConfigureAwait(false)
            : null;
        IReadOnlyList<CriticalSection> sections = run.State.IsFinal ? [] : await opened.ReadCriticalSectionsAsync(runId, token).ConfigureAwait(false);
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, RunDetail.Of(run, sections, lastKill), CliJsonContext.Default.RunDetail);
            return;
        }

        RunDetails.Write(context.Console, run, sections, lastKill, context.Time.GetUtcNow());
        if (!run.State.IsFinal)
        {
            context.Console.Say($"Its processes: {opened.Choice.Command("tree", runId.Value)}");
        }
    }
}
