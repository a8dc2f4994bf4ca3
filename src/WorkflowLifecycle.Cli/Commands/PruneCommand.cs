using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Forgets runs that are over for long enough.</summary>
internal sealed class PruneCommand
{
    private readonly CliContext _context;
    private readonly Option<string> _olderThan = new("--older-than")
    {
        Description = "How long ago a run must have ended: 30d, 12h, 90m.",
        HelpName = "TIME",
        DefaultValueFactory = _ => "30d",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Count what would be forgotten; forget nothing." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };
    private readonly Option<bool> _json = SharedOptions.Json();

    private PruneCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        PruneCommand prune = new(context);
        Verb verb = new("prune", "Forget runs that ended long ago: rows, evidence, kept output and run directories.")
        {
            Details =
            [
                "A host does this by itself, at its start and then daily, by its setting Retention (30 days).",
                "Never forgotten: a run that is not over, or has an open kill, an open debt or a child run that is not over. The audit stays as it is.",
            ],
            Examples = ["workflowctl prune --dry-run", "workflowctl prune --older-than 7d --yes", "workflowctl prune --older-than 7d --dry-run --json | jq .runs"],
        };
        foreach (Option option in (Option[])[prune._olderThan, prune._dryRun, prune._yes, prune._json])
        {
            verb.Add(option);
        }

        verb.SetAction(prune.ExecuteAsync);
        return verb;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken token)
    {
        RetentionRequest request = new() { OlderThan = SpanOption.Parse(_olderThan.Name, parsed.GetValue(_olderThan)!), DryRun = parsed.GetValue(_dryRun) };
        bool mustAsk = !request.DryRun && !parsed.GetValue(_yes);
        if (mustAsk && !_context.Console.CanAsk)
        {
            throw CliException.Usage(
                "--yes is missing: forgetting must be confirmed, and there is no terminal to ask at.", "Look first with --dry-run, then repeat the command with --yes.");
        }

        OpenStore? opened = await OpenStore.IfThereAsync(_context, parsed, StoreUse.Change, token).ConfigureAwait(false);
        if (opened is null)
        {
            return Print(new RetentionReport { EndedBefore = _context.Time.GetUtcNow() - request.OlderThan.Value, DryRun = request.DryRun }, parsed.GetValue(_json));
        }

        await using (opened.ConfigureAwait(false))
        {
            if (mustAsk && !await ConfirmAsync(opened, request, token).ConfigureAwait(false))
            {
                _context.Console.Say("Nothing was forgotten.");
                return ExitCodes.Failed;
            }

            return Print(await opened.Session.Retention.ApplyAsync(request, _context.Sessions.Caller, token).ConfigureAwait(false), parsed.GetValue(_json));
        }
    }

    private async Task<bool> ConfirmAsync(OpenStore opened, RetentionRequest request, CancellationToken token)
    {
        RetentionReport preview = await opened.Session.Retention.ApplyAsync(request with { DryRun = true }, _context.Sessions.Caller, token).ConfigureAwait(false);
        _context.Console.Error.Write($"Forget {Words.Count(preview.Runs, "run", "runs")} that ended before {Words.Time(preview.EndedBefore)}? [y/N] ");

        // Reading a terminal cannot be cancelled; the wait for it can.
        string? answer = await Task.Run(_context.Console.In.ReadLine, CancellationToken.None).WaitAsync(token).ConfigureAwait(false);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private int Print(RetentionReport report, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Write(_context.Console.Out, PruneDocument.Of(report), CliJsonContext.Default.PruneDocument);
            return ExitCodes.Ok;
        }

        FieldList fields = new FieldList()
            .Add("ended before", Words.Time(report.EndedBefore))
            .Add(report.DryRun ? "would forget" : "forgotten", $"{Words.Count(report.Runs, "run", "runs")}, {Words.Count(report.Directories, "directory", "directories")}")
            .Add("stay", report.KeptRuns == 0 ? null : Words.Count(report.KeptRuns, "run", "runs"));
        foreach (KeptRun kept in report.Kept)
        {
            fields.Add(kept.RunId.Value, kept.Reason);
        }

        fields.Write(_context.Console.Out);
        if (report.DryRun)
        {
            _context.Console.Say("Nothing was forgotten: --dry-run.");
        }

        return ExitCodes.Ok;
    }
}
