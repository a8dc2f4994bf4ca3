using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Finds the runs, asks where it must, ends them, and prints what became of each.</summary>
internal sealed class KillExecution(CliContext context, KillCommandLine line, ParseResult parsed)
{
    public async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        if (line is { IsSelection: true, IsDryRun: false, IsConfirmed: false } && !context.Console.CanAsk)
        {
            throw CliException.Usage(
                "--yes is missing: ending every run that --workflow or --state selects must be confirmed, and there is no terminal to ask at.",
                "Look first with --dry-run, then repeat the command with --yes.");
        }

        OpenStore opened = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            IReadOnlyList<RunId> runs = line.IsSelection ? await SelectAsync(opened, cancellationToken).ConfigureAwait(false) : line.Runs;
            if (line.IsDryRun)
            {
                WritePreviews(await PreviewAsync(opened, runs, cancellationToken).ConfigureAwait(false));
                return ExitCodes.Ok;
            }

            if (line is { IsSelection: true, IsConfirmed: false } && !await ConfirmAsync(opened, runs, cancellationToken).ConfigureAwait(false))
            {
                throw new CliException(new CliError(ExitCodes.Failed, "not-confirmed", "Not confirmed: nothing was ended.",
                    "To end single runs, name them: workflowctl kill RUN --reason TEXT"));
            }

            return await KillAsync(opened, runs, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<OpenStore> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAnywayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException away) when (line is { IsSelection: false, Request.Mode: KillMode.Graceful })
        {
            throw new CliException(new CliError(ExitCodes.StoreUnavailable, "store-unavailable",
                $"{away.Message} A graceful kill needs the store, and nothing was signalled.",
                $"End it without the store: {CommandText.Of(["kill", .. line.Runs.Select(run => run.Value), "--emergency", "--reason", line.Request.Reason])}; what is wrong with the store: workflowctl doctor"), away);
        }
    }

    private async Task<OpenStore> OpenAnywayAsync(CancellationToken cancellationToken) => line.IsSelection
        ? await OpenStore.IfThereAsync(context, parsed, StoreUse.Change, cancellationToken).ConfigureAwait(false) ?? throw NothingSelected()
        : line is { IsDryRun: false, Request.Mode: KillMode.Emergency }
        ? await OpenStore.ForEmergencyAsync(context, parsed, line.Runs[0], cancellationToken).ConfigureAwait(false)
        : await OpenStore.ForRunAsync(context, parsed, line.Runs[0], StoreUse.Change, cancellationToken).ConfigureAwait(false);

    private async Task<IReadOnlyList<RunId>> SelectAsync(OpenStore opened, CancellationToken cancellationToken)
    {
        RunQuery query = new() { Workflow = line.Workflow, States = line.State is { } state ? [state] : [] };
        IReadOnlyList<RunRecord> runs = await opened.SearchAsync(query, cancellationToken).ConfigureAwait(false);
        return runs.Count > 0 ? [.. runs.Select(run => run.RunId)] : throw NothingSelected();
    }

    private CliException NothingSelected()
    {
        string workflow = line.Workflow is { } name ? $" of workflow '{name}'" : string.Empty;
        string state = line.State is { } wanted ? $" in state {wanted}" : string.Empty;
        return new CliException(new CliError(ExitCodes.NotFound, "nothing-selected", $"There is no live run{workflow}{state}.",
            "List the runs: workflowctl ps --all"));
    }

    private static async Task<IReadOnlyList<KillPreview>> PreviewAsync(
        OpenStore opened, IReadOnlyList<RunId> runs, CancellationToken cancellationToken)
    {
        List<KillPreview> previews = [];
        foreach (RunId run in runs)
        {
            previews.Add(await opened.Session.Kills.PreviewAsync(run, cancellationToken).ConfigureAwait(false));
        }

        return previews;
    }

    private void WritePreviews(IReadOnlyList<KillPreview> previews)
    {
        if (!line.AsJson)
        {
            foreach (KillPreview preview in previews)
            {
                PreviewText.Write(context.Console.Out, preview);
            }

            context.Console.Say("Nothing was ended: --dry-run.");
        }
        else if (line.IsSingle)
        {
            JsonOutput.Write(context.Console.Out, PreviewDocument.Of(previews[0]), CliJsonContext.Default.PreviewDocument);
        }
        else
        {
            JsonOutput.Write(context.Console.Out, [.. previews.Select(PreviewDocument.Of)], CliJsonContext.Default.IReadOnlyListPreviewDocument);
        }
    }

    private async Task<bool> ConfirmAsync(OpenStore opened, IReadOnlyList<RunId> runs, CancellationToken cancellationToken)
    {
        foreach (KillPreview preview in await PreviewAsync(opened, runs, cancellationToken).ConfigureAwait(false))
        {
            PreviewText.Write(context.Console.Error, preview);
        }

        context.Console.Error.Write($"End {Words.Count(runs.Count, "run", "runs")}? [y/N] ");

        // Reading a terminal cannot be cancelled; the wait for it can.
        string? answer = await Task.Run(context.Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private async Task<int> KillAsync(OpenStore opened, IReadOnlyList<RunId> runs, CancellationToken cancellationToken)
    {
        IReadOnlyList<KillReport> reports = await AwaitAsync(opened, runs, cancellationToken).ConfigureAwait(false);
        WriteReports(reports);
        KillRemarks.Say(context.Console, opened.Choice, reports);
        return ExitCodes.Worst(reports.Select(report => ExitCodes.Of(report.Outcome)));
    }

    private async Task<IReadOnlyList<KillReport>> AwaitAsync(OpenStore opened, IReadOnlyList<RunId> runs, CancellationToken cancellationToken)
    {
        KillProgress progress = new(context, opened, runs, line.Request);
        await using (progress.ConfigureAwait(false))
        {
            try
            {
                return runs.Count == 1
                    ? [await opened.Session.Kills.KillAsync(runs[0], line.Request, cancellationToken).ConfigureAwait(false)]
                    : await opened.Session.Kills.KillManyAsync(runs, line.Request, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException interrupted) when (cancellationToken.IsCancellationRequested)
            {
                throw new CliException(new CliError(ExitCodes.Interrupted, "interrupted",
                    "Interrupted while waiting. A kill whose intent is recorded is not taken back: a process of ours that sees it carries it on.",
                    $"Where it stands: {opened.Choice.Command("show", runs[0].Value)}"), interrupted);
            }
        }
    }

    private void WriteReports(IReadOnlyList<KillReport> reports)
    {
        if (!line.AsJson)
        {
            foreach (KillReport report in reports)
            {
                KillReceiptText.Write(context.Console, report);
            }
        }
        else if (line.IsSingle)
        {
            JsonOutput.Write(context.Console.Out, KillReceipt.Of(reports[0]), CliJsonContext.Default.KillReceipt);
        }
        else
        {
            JsonOutput.Write(context.Console.Out, [.. reports.Select(KillReceipt.Of)], CliJsonContext.Default.IReadOnlyListKillReceipt);
        }
    }
}
