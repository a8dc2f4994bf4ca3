using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Prints the audit.</summary>
internal static class AuditCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string?> run = new("RUN") { Description = "Only this run's entries.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("audit", "Print who launched and ended what, and why, oldest first.")
        {
            Examples = ["workflowctl audit", "workflowctl audit run_5fbae44ab6f0 --json"],
        };
        verb.Add(run);
        verb.Add(json);
        verb.SetAction((parsed, token) => ExecuteAsync(context, parsed,
            parsed.GetValue(run) is { } text ? RunArgument.Parse(text) : null, parsed.GetValue(json), token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(CliContext context, ParseResult parsed, RunId? runId, bool asJson, CancellationToken token)
    {
        IReadOnlyList<AuditEntry> entries = await ReadAsync(context, parsed, runId, token).ConfigureAwait(false);
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, [.. entries.Select(AuditLine.Of)], CliJsonContext.Default.IReadOnlyListAuditLine);
        }
        else
        {
            AuditTable.Write(context.Console, entries);
        }

        return ExitCodes.Ok;
    }

    private static async Task<IReadOnlyList<AuditEntry>> ReadAsync(CliContext context, ParseResult parsed, RunId? runId, CancellationToken token)
    {
        OpenStore? opened = await OpenStore.IfThereAsync(context, parsed, StoreUse.Look, token).ConfigureAwait(false);
        if (opened is null)
        {
            return runId is { } missing ? throw new RunNotFoundException(missing, context.Stores.DefaultFile() + " (not there yet)") : [];
        }

        await using (opened.ConfigureAwait(false))
        {
            List<AuditEntry> entries = [];
            AuditQuery query = new() { RunId = runId };
            IReadOnlyList<AuditEntry> page;
            do
            {
                page = await opened.Session.Store.ReadAuditAsync(query with { Skip = entries.Count }, token).ConfigureAwait(false);
                entries.AddRange(page);
            }
            while (page.Count == AuditQuery.MaximumLimit);

            if (entries.Count == 0 && runId is { } asked)
            {
                // A refused kill of an unknown run is audited too, so that entries without a row are an answer and only neither is not found.
                await opened.FindAsync(asked, token).ConfigureAwait(false);
            }

            return entries;
        }
    }
}
