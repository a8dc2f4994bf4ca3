using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Shows one run, or the receipt of its end.</summary>
internal static class ShowCommand
{
    public static Command Create(CliContext context)
    {
        Option<bool> receipt = new("--receipt") { Description = "Show what was there at its end, what was freed and what remained." };
        Command command = RunVerb.Create(
            context,
            new Verb("show", "Show everything about a run.")
            {
                Examples = ["workflowctl show run_5fbae44ab6f0", "workflowctl show run_5fbae44ab6f0 --json | jq .state", "workflowctl show run_5fbae44ab6f0 --receipt"],
            },
            (opened, parsed, runId, asJson, token) => parsed.GetValue(receipt)
                ? PrintReceiptAsync(context, opened, runId, asJson, token)
                : PrintAsync(context, opened, runId, asJson, token));
        command.Add(receipt);
        return command;
    }

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

    private static async Task PrintReceiptAsync(CliContext context, OpenStore opened, RunId runId, bool asJson, CancellationToken token)
    {
        RunRecord run = await opened.FindAsync(runId, token).ConfigureAwait(false);
        RunReceipt? receipt = await opened.FindReceiptAsync(runId, token).ConfigureAwait(false);
        IReadOnlyList<CleanupDebt> debts = await opened.Session.Store.ReadDebtsAsync(new DebtQuery { RunId = runId }, token).ConfigureAwait(false);
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, ReceiptDocument.Of(run, receipt, debts), CliJsonContext.Default.ReceiptDocument);
            return;
        }

        ReceiptText.Write(context.Console, run, receipt, debts);
    }
}
