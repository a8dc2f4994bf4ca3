using System.CommandLine;
using System.CommandLine.Completions;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Run ids on the command line.</summary>
internal static class RunArgument
{
    private const int MostCompletions = 200;

    public static Argument<string> One(CliContext context, string description = "The run's id, as 'workflowctl ps' lists it.")
    {
        Argument<string> argument = new("RUN") { Description = description };
        argument.CompletionSources.Add(completion => Complete(context, completion));
        return argument;
    }

    public static Argument<string[]> Many(CliContext context, string description)
    {
        Argument<string[]> argument = new("RUN") { Description = description, Arity = ArgumentArity.ZeroOrMore };
        argument.CompletionSources.Add(completion => Complete(context, completion));
        return argument;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="CliException">It is none; the rule is stated.</exception>
    public static RunId Parse(string text)
    {
        if (RunId.TryParse(text, out RunId runId))
        {
            return runId;
        }

        throw text.StartsWith('-')
            ? CliException.Usage($"Unknown option '{text}'.", "See the options: workflowctl --help")
            : CliException.Usage($"'{text}' is not a run id: {RunId.Rule}.", "List the runs: workflowctl ps --all");
    }

    // The shell waits for an answer on every press of the tab key, and shows whatever is printed: a store that cannot be read completes nothing.
    private static IEnumerable<CompletionItem> Complete(CliContext context, CompletionContext completion)
    {
        // Help asks too, to list what an argument may be; it must not open a store.
        if (completion is not TextCompletionContext)
        {
            return [];
        }

        try
        {
            return CompleteAsync(context, completion).GetAwaiter().GetResult();
        }
        catch (Exception expected) when (expected is WorkflowLifecycleException or CliException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static async Task<IEnumerable<CompletionItem>> CompleteAsync(CliContext context, CompletionContext completion)
    {
        OpenStore? opened = await OpenStore.IfThereAsync(context, completion.ParseResult, StoreUse.Look, CancellationToken.None).ConfigureAwait(false);
        if (opened is null)
        {
            return [];
        }

        await using (opened.ConfigureAwait(false))
        {
            RunPage page = await opened.Session.Store.SearchRunsAsync(new RunQuery { Limit = MostCompletions }).ConfigureAwait(false);
            return [.. page.Runs
                .Where(run => run.RunId.Value.StartsWith(completion.WordToComplete, StringComparison.Ordinal))
                .Select(run => new CompletionItem(run.RunId.Value))];
        }
    }
}
