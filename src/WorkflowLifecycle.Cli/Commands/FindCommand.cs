using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Looks for trees that nobody tracks.</summary>
internal static class FindCommand
{
    public static Command Create(CliContext context)
    {
        Option<string> match = new("--match")
        {
            Description = "Literal text in the command line of the root, 3 characters at least; upper and lower case are one.",
            HelpName = "TEXT",
            Required = true,
        };
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("find", "Find process trees by text, tracked or not, and print how to adopt each. Ends nothing.")
        {
            Details =
            [
                "Looks at your processes; as root, at everybody's. Of matches below one another the topmost is the root of the tree.",
                "The command that looks and the processes above it are left out. Command lines are shown with secrets masked.",
                "The identity token in the printed command names that very process: once it has exited, the command adopts nobody.",
            ],
            Examples = ["workflowctl find --match 'claude --print'", "workflowctl find --match builder --json | jq -r '.[].token'"],
        };
        verb.Add(match);
        verb.Add(json);
        verb.SetAction((parsed, token) => ExecuteAsync(context, parsed, parsed.GetValue(match)!, parsed.GetValue(json), token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(CliContext context, ParseResult parsed, string text, bool asJson, CancellationToken cancellationToken)
    {
        IWorkflowSession session = await OpenAsync(context, parsed, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            IReadOnlyList<AdoptCandidate> found = await session.Launcher.FindAdoptableAsync(text, cancellationToken).ConfigureAwait(false);
            if (asJson)
            {
                JsonOutput.Write(context.Console.Out, [.. found.Select(CandidateEntry.Of)], CliJsonContext.Default.IReadOnlyListCandidateEntry);
                return ExitCodes.Ok;
            }

            foreach (AdoptCandidate candidate in found)
            {
                CandidateText.Write(context.Console.Out, candidate, context.Time.GetUtcNow());
                context.Console.Out.WriteLine(CandidateText.NextCommand(candidate));
                context.Console.Out.WriteLine();
            }

            if (found.Count == 0)
            {
                context.Console.Say($"No process of yours has '{text}' in its command line, but for this command and those above it. As root, everybody's are looked at.");
            }

            return ExitCodes.Ok;
        }
    }

    // Who is not tracked is in no store: to find them, none is needed.
    private static async Task<IWorkflowSession> OpenAsync(CliContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            OpenStore? opened = await OpenStore.IfThereAsync(context, parsed, StoreUse.Look, cancellationToken).ConfigureAwait(false);
            return opened?.Session ?? context.Sessions.OpenWithoutStore();
        }
        catch (StoreUnavailableException problem)
        {
            context.Console.Say($"Looking without a store: {problem.Message}");
            return context.Sessions.OpenWithoutStore();
        }
    }
}
