using System.CommandLine;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>What the verbs share that look at one run and print it, for people or as JSON.</summary>
internal static class RunVerb
{
    /// <summary>Prints what there is to say of a run.</summary>
    public delegate Task Print(OpenStore opened, ParseResult parsed, RunId runId, bool asJson, CancellationToken cancellationToken);

    public static Command Create(CliContext context, Verb verb, Print print)
    {
        Argument<string> run = RunArgument.One(context);
        Option<bool> json = SharedOptions.Json();
        verb.Add(run);
        verb.Add(json);
        verb.SetAction(async (parsed, token) =>
        {
            RunId runId = RunArgument.Parse(parsed.GetRequiredValue(run));
            OpenStore opened = await OpenStore.ForRunAsync(context, parsed, runId, StoreUse.Look, token).ConfigureAwait(false);
            await using (opened.ConfigureAwait(false))
            {
                await print(opened, parsed, runId, parsed.GetValue(json), token).ConfigureAwait(false);
                return ExitCodes.Ok;
            }
        });
        return verb;
    }
}
