using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Shows the processes of a run and of the runs launched under it.</summary>
internal static class TreeCommand
{
    // Child runs of child runs: deeper than this, something launches itself.
    private const int MaximumDepth = 32;

    public static Command Create(CliContext context) => RunVerb.Create(
        context,
        new Verb("tree", "Show a run's processes, and the runs launched under it.")
        {
            Examples = ["workflowctl tree run_5fbae44ab6f0", "workflowctl tree run_5fbae44ab6f0 --json | jq '.processes[].pid'"],
        },
        (opened, _, runId, asJson, token) => PrintAsync(context, opened, runId, asJson, token));

    private static async Task PrintAsync(CliContext context, OpenStore opened, RunId runId, bool asJson, CancellationToken token)
    {
        RunRecord run = await opened.FindAsync(runId, token).ConfigureAwait(false);
        RunTree tree = await ReadAsync(opened, run, depth: 0, token).ConfigureAwait(false);
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, tree, CliJsonContext.Default.RunTree);
            return;
        }

        RunTreeText.Write(context.Console, tree);
        if (tree.Processes.Count == 0)
        {
            context.Console.Say(run.State.IsFinal
                ? $"The run is over. How it ended: {opened.Choice.Command("show", runId.Value)}"
                : $"No process is seen. Where the run stands: {opened.Choice.Command("show", runId.Value)}");
        }
    }

    private static async Task<RunTree> ReadAsync(OpenStore opened, RunRecord run, int depth, CancellationToken token)
    {
        IReadOnlyList<ProcessSnapshot> processes = await opened.InspectAsync(run.RunId, token).ConfigureAwait(false);
        List<RunTree> children = [];
        if (depth < MaximumDepth)
        {
            RunQuery query = new() { ParentRun = run.RunId, IncludeFinished = true };
            foreach (RunRecord child in await opened.SearchAsync(query, token).ConfigureAwait(false))
            {
                children.Add(await ReadAsync(opened, child, depth + 1, token).ConfigureAwait(false));
            }
        }

        return new RunTree
        {
            RunId = run.RunId.Value,
            Workflow = run.Workflow,
            State = run.State.Name,
            Program = run.Program,
            Processes = ProcessEntry.Of(processes),
            ChildRuns = children,
        };
    }
}
