using System.CommandLine;
using WorkflowLifecycle.Cli.Json;
using WorkflowLifecycle.Cli.Leaks;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Lists what carries our marks and belongs to no live run, and cleans it on request.</summary>
internal sealed class LeaksCommand
{
    private readonly CliContext _context;
    private readonly Option<bool> _clean = new("--clean") { Description = "End strays and free what they and other runs left." };
    private readonly Option<string[]> _gone = new("--store-gone")
    {
        Description = "A store that is not there and will not come back: what only it knew counts as known to nobody. May be repeated.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };
    private readonly Option<bool> _json = SharedOptions.Json();

    private LeaksCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        LeaksCommand leaks = new(context);
        Verb verb = new("leaks", "List what is left on this machine of runs that are over, and clean it.")
        {
            Details =
            [
                "It looks for cgroups, run directories, temp directories, shared memory, shims and processes that carry our marks, and holds them against every store",
                "that is named, announced, your own, or named by a run directory. Where one of those can't be opened, or is not there, what has no row is 'unknown' (see --store-gone).",
                "--clean ends a process only when the run's own cgroup, or its shim above it, and the mark in its environment agree, and no store has a",
                "live run for it. A process that only has the variable WORKFLOW_LIFECYCLE_RUN_ID is never ended. What is 'unknown' is never touched.",
                "It sees this user's run directories alone, and nothing of shared memory, ports or files elsewhere, which carry no mark of ours.",
                "Returns 0 when it has looked, or cleaned all that it may; 5 when a stray is left; 1 when something else is.",
            ],
            Examples = ["workflowctl leaks", "workflowctl leaks --clean", "workflowctl leaks --json | jq -r '.leaks[] | select(.verdict == \"Stray\") | .runId'"],
        };
        verb.Add(leaks._clean);
        verb.Add(leaks._gone);
        verb.Add(leaks._yes);
        verb.Add(leaks._json);
        verb.SetAction(leaks.ExecuteAsync);
        return verb;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        bool isConfirmed = parsed.GetValue(_yes);
        bool cleans = parsed.GetValue(_clean);
        if (cleans && !isConfirmed && !_context.Console.CanAsk)
        {
            throw CliException.Usage("--yes is missing: cleaning must be confirmed, and there is no terminal to ask at.", "Look first: workflowctl leaks");
        }

        LeakSurvey survey = await LeakSurvey.TakeAsync(_context, parsed.GetValue(SharedOptions.Store), parsed.GetValue(_gone) ?? [], cancellationToken).ConfigureAwait(false);
        await using (survey.ConfigureAwait(false))
        {
            Leak[] cleanable = [.. survey.Leaks.Where(leak => leak.CanClean)];
            if (cleans && cleanable.Length > 0 && !isConfirmed && !await ConfirmAsync(cleanable, cancellationToken).ConfigureAwait(false))
            {
                throw new CliException(new CliError(ExitCodes.Failed, "not-confirmed", "Not confirmed: nothing was touched.", "Look again: workflowctl leaks"));
            }

            List<(Leak Leak, TraceCleanup? Cleanup)> told = [];
            LeakCleanup cleanup = new(_context, survey);
            foreach (Leak leak in survey.Leaks)
            {
                told.Add((leak, cleans && leak.CanClean ? await cleanup.CleanAsync(leak, cancellationToken).ConfigureAwait(false) : null));
            }

            Write(survey, [.. told.Select(entry => LeakEntry.Of(entry.Leak, entry.Cleanup))], parsed.GetValue(_json), cleans);
            return ExitCode([.. told.Select(entry => entry.Cleanup).OfType<TraceCleanup>()]);
        }
    }

    private void Write(LeakSurvey survey, IReadOnlyList<LeakEntry> leaks, bool asJson, bool cleans)
    {
        if (asJson)
        {
            LeaksDocument document = new() { Stores = [.. survey.Stores.All.Select(store => new LeakStoreEntry(store.Location, store.Session is not null, store.Problem))], Leaks = leaks };
            JsonOutput.Write(_context.Console.Out, document, CliJsonContext.Default.LeaksDocument);
            return;
        }

        LeaksText.Write(_context.Console.Out, leaks);
        foreach (KnownStore closed in survey.Stores.All.Where(store => store.Session is null))
        {
            _context.Console.Say($"Not asked: {closed.Location}: {closed.Problem}");
        }

        _context.Console.Say(leaks.Count == 0 ? "Nothing is left of any run."
            : cleans || !leaks.Any(leak => leak.CanClean) ? $"{Words.Count(leaks.Count(leak => leak.Verdict == LeakVerdict.Unknown), "is", "are")} unknown, and never touched."
            : "To clean what is a stray or a leftover: workflowctl leaks --clean");
    }

    private async Task<bool> ConfirmAsync(Leak[] leaks, CancellationToken cancellationToken)
    {
        LeaksText.Write(_context.Console.Error, [.. leaks.Select(leak => LeakEntry.Of(leak, null))]);
        _context.Console.Error.Write($"End and free what is left of {Words.Count(leaks.Length, "run", "runs")}? [y/N] ");

        // Reading a terminal cannot be cancelled; the wait for it can.
        string? answer = await Task.Run(_context.Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private static int ExitCode(IReadOnlyList<TraceCleanup> cleanups) =>
        cleanups.Any(cleanup => cleanup.HasSurvivor) ? ExitCodes.KillUnconfirmed
        : cleanups.Any(cleanup => cleanup.Remaining.Count > 0) ? ExitCodes.Failed
        : ExitCodes.Ok;
}
