using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Lists what runs that are over still owe, and retries it.</summary>
internal static class DebtsCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string?> run = new("RUN") { Description = "Only this run's debts.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> retry = new("--retry") { Description = "Try to free them now, whether they are due or not." };
        Option<bool> all = new("--all", "-a") { Description = "Also debts that are settled." };
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("debts", "List what could not be freed at the end of a run, oldest first, and retry it.")
        {
            Details =
            [
                "A host retries its debts by itself, after 1 s, 2 s, 4 s and so on, at last every hour, until they are settled.",
                "--retry does the same now, for those on this machine whose cleaner workflowctl has; the others it names and leaves alone.",
                "Returns 0 when all that were retried are settled, 1 when one remains. At most 500 debts at a time.",
            ],
            Examples = ["workflowctl debts", "workflowctl debts run_5fbae44ab6f0 --retry", "workflowctl debts --json | jq '.[] | {runId, resource, reason}'"],
        };
        verb.Add(run);
        verb.Add(retry);
        verb.Add(all);
        verb.Add(json);
        verb.SetAction((parsed, token) => ExecuteAsync(
            context,
            parsed,
            new DebtQuery { RunId = parsed.GetValue(run) is { } text ? RunArgument.Parse(text) : null, IncludeSettled = parsed.GetValue(all) },
            parsed.GetValue(retry),
            parsed.GetValue(json),
            token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(CliContext context, ParseResult parsed, DebtQuery query, bool isRetry, bool asJson, CancellationToken token)
    {
        if (isRetry && query.IncludeSettled)
        {
            throw CliException.Usage("--all lists settled debts, and --retry tries those that are not: choose one.", "Retry what is open: workflowctl debts --retry");
        }

        OpenStore? opened = await OpenStore.IfThereAsync(context, parsed, isRetry ? StoreUse.Change : StoreUse.Look, token).ConfigureAwait(false);
        if (opened is null)
        {
            return query.RunId is { } missing
                ? throw new RunNotFoundException(missing, context.Stores.DefaultFile() + " (not there yet)")
                : PrintList(context, [], asJson);
        }

        await using (opened.ConfigureAwait(false))
        {
            if (query.RunId is { } asked)
            {
                await opened.FindAsync(asked, token).ConfigureAwait(false);
            }

            return isRetry
                ? PrintRetries(context, await opened.Session.Debts.RetryAsync(query, context.Sessions.Caller, token).ConfigureAwait(false), asJson)
                : PrintList(context, await opened.Session.Debts.ListAsync(query, token).ConfigureAwait(false), asJson);
        }
    }

    private static int PrintList(CliContext context, IReadOnlyList<CleanupDebt> debts, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, [.. debts.Select(DebtLine.Of)], CliJsonContext.Default.IReadOnlyListDebtLine);
            return ExitCodes.Ok;
        }

        DebtTable.Write(context.Console, debts, context.Time.GetUtcNow());
        SayWhetherAll(context, debts.Count);
        return ExitCodes.Ok;
    }

    private static int PrintRetries(CliContext context, IReadOnlyList<DebtRetry> retries, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, [.. retries.Select(DebtLine.Of)], CliJsonContext.Default.IReadOnlyListDebtLine);
        }
        else
        {
            DebtTable.Write(context.Console, retries);
            SayWhetherAll(context, retries.Count);
        }

        return retries.All(retry => retry.Outcome == DebtRetryOutcome.Settled) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void SayWhetherAll(CliContext context, int count)
    {
        if (count == 0)
        {
            context.Console.Say("Nothing is owed.");
        }
        else if (count == DebtQuery.MaximumLimit)
        {
            context.Console.Say($"These are the oldest {DebtQuery.MaximumLimit}; there may be more.");
        }
    }
}
