using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Tells how firmly trees are held here, which stores there are, and what to change.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliContext context)
    {
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("doctor", "Tell how firmly this machine holds process trees, which stores there are, and what to change.")
        {
            Details = ["Returns 0 once it has looked, whatever it found; with --json each finding says isGood."],
            Examples = ["workflowctl doctor", "workflowctl doctor --json | jq .strength"],
        };
        verb.Add(json);
        verb.SetAction((parsed, token) => ExecuteAsync(context, parsed, parsed.GetValue(json), token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(CliContext context, ParseResult parsed, bool asJson, CancellationToken token)
    {
        IReadOnlyList<StoreEntry> stores = StoreList.Of(context.Stores, parsed.GetValue(SharedOptions.Store));
        IWorkflowSession session = context.Sessions.OpenWithoutStore();
        await using (session.ConfigureAwait(false))
        {
            EnvironmentReport report = await session.Doctor.ExamineAsync(token).ConfigureAwait(false);
            DoctorDocument document = DoctorDocument.Of(report, stores);
            if (asJson)
            {
                JsonOutput.Write(context.Console.Out, document, CliJsonContext.Default.DoctorDocument);
            }
            else
            {
                DoctorText.Write(context.Console.Out, document);
            }

            return ExitCodes.Ok;
        }
    }
}
