using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Lists runs.</summary>
internal static class PsCommand
{
    public static Command Create(CliContext context)
    {
        Option<bool> all = new("--all", "-a") { Description = "Also runs that are over." };
        Option<string?> workflow = new("--workflow") { Description = "Only runs of this workflow.", HelpName = "W" };
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("ps", "List the runs, newest first.")
        {
            Examples = ["workflowctl ps", "workflowctl ps --all --workflow builder", "workflowctl ps --json | jq -r '.[].runId'"],
        };
        verb.Add(all);
        verb.Add(workflow);
        verb.Add(json);
        verb.SetAction((parsed, token) => ExecuteAsync(context, parsed,
            new RunQuery { IncludeFinished = parsed.GetValue(all), Workflow = parsed.GetValue(workflow) }, parsed.GetValue(json), token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(CliContext context, ParseResult parsed, RunQuery query, bool asJson, CancellationToken token)
    {
        OpenStore? opened = await OpenStore.IfThereAsync(context, parsed, StoreUse.Look, token).ConfigureAwait(false);
        IReadOnlyList<RunRecord> runs = opened is null ? [] : await ReadAsync(opened, query, token).ConfigureAwait(false);
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, [.. runs.Select(RunSummary.Of)], CliJsonContext.Default.IReadOnlyListRunSummary);
            return ExitCodes.Ok;
        }

        RunTable.Write(context.Console, runs, context.Time.GetUtcNow());
        Explain(context, opened, runs.Count, query);
        return ExitCodes.Ok;
    }

    private static async Task<IReadOnlyList<RunRecord>> ReadAsync(OpenStore opened, RunQuery query, CancellationToken token)
    {
        await using (opened.ConfigureAwait(false))
        {
            return await opened.SearchAsync(query, token).ConfigureAwait(false);
        }
    }

    // An empty list is a question: is nothing there, or did I look in the wrong place?
    private static void Explain(CliContext context, OpenStore? opened, int count, RunQuery query)
    {
        if (count > 0)
        {
            return;
        }

        string where = opened?.Choice.File ?? context.Stores.DefaultFile() + ", which is not there yet";
        context.Console.Say(query.IncludeFinished ? $"No runs in {where}." : $"No live runs in {where}. Finished ones too: workflowctl ps --all");
        if (opened is null)
        {
            foreach (AnnouncedStore store in context.Stores.OutOfReach())
            {
                context.Console.Say(
                    $"{store.Announcement.Owner} keeps runs in {store.Announcement.Location}: {StoreAccess.CommandOfOwner(store, "ps")}");
            }
        }
    }
}
