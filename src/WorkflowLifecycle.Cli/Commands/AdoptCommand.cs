using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Makes a run of a tree that somebody else started.</summary>
internal sealed class AdoptCommand
{
    private readonly CliContext _context;
    private readonly Argument<string> _token = new("TOKEN") { Description = "The identity token that 'workflowctl find' prints. Never a bare PID: that may be somebody else's by now." };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why: 3 to 1,000 visible characters, kept in the audit. Required.", HelpName = "TEXT" };
    private readonly Option<string?> _workflow = new("--workflow") { Description = "Name of the workflow, to find and end the run by.", HelpName = "W" };
    private readonly Option<string?> _runId = new("--run-id") { Description = "The run's id. Default: a fresh one.", HelpName = "ID" };
    private readonly Option<string?> _owner = new("--owner") { Description = "A label. It gives nobody any right.", HelpName = "O" };
    private readonly Option<bool> _session = new("--session")
    {
        Description = "Also adopt the processes of the root's session (setsid) that do not descend from it; never those above it.",
    };

    private readonly Option<string?> _strength = new("--minimum-strength") { Description = "BestEffort or CgroupOnly: adopt only if the tree is held as firmly as that.", HelpName = "S" };
    private readonly CleaningOptions _cleaning = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print what would be adopted and what that changes; touch nothing." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };
    private readonly Option<bool> _json = SharedOptions.Json();

    private AdoptCommand(CliContext context)
    {
        _context = context;
        _strength.CompletionSources.Add(nameof(ContainmentStrength.BestEffort), nameof(ContainmentStrength.CgroupOnly));
    }

    public static Command Create(CliContext context)
    {
        AdoptCommand adopt = new(context);
        Verb verb = new("adopt", "Make a run of a process tree that somebody else started, and print the run's id.")
        {
            Details =
            [
                "Nothing is stopped or signalled. Where a cgroup can be had, the tree is moved into one of its own (strength CgroupOnly):",
                "the unit, session or container that it was in no longer counts, limits or ends it. Elsewhere it is only known (BestEffort).",
                "Its output goes where it went; it outlives this command; nobody learns its exit code. On failure all is put back.",
                "Returns 2 for a bare PID, 3 when the process is gone, 4 for PID 1, kernel threads, this command and those above it,",
                "processes of other users and those that are in a run; 1 when it could not be held.",
            ],
            Examples =
            [
                "workflowctl find --match 'claude --print'",
                "workflowctl adopt 4321@8123456@1f2e3d4c --workflow builder --reason 'stuck since yesterday, nobody tracked it'",
                "id=$(workflowctl adopt 4321@8123456@1f2e3d4c --reason 'stuck' --yes) && workflowctl kill \"$id\" --reason 'stuck'",
            ],
        };
        verb.Add(adopt._token);
        foreach (Option option in (Option[])[adopt._reason, adopt._workflow, adopt._runId, adopt._owner, adopt._session, adopt._strength, adopt._cleaning.Clean, adopt._dryRun, adopt._yes, adopt._json])
        {
            verb.Add(option);
        }

        verb.SetAction(adopt.ExecuteAsync);
        return verb;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        AdoptToken token = ReadToken(parsed.GetValue(_token)!);
        AdoptRequest request = Read(parsed);
        bool isDryRun = parsed.GetValue(_dryRun);
        bool isConfirmed = parsed.GetValue(_yes);
        if (!isDryRun && !isConfirmed && !_context.Console.CanAsk)
        {
            throw CliException.Usage(
                "--yes is missing: adopting must be confirmed, and there is no terminal to ask at.", "Look first with --dry-run, then repeat the command with --yes.");
        }

        OpenStore opened = await OpenStore.ForLaunchingAsync(_context, parsed, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            AdoptCandidate candidate = await opened.Session.Launcher.PreviewAdoptionAsync(token, request.IncludeSession, cancellationToken).ConfigureAwait(false);
            if (isDryRun)
            {
                Print(candidate, parsed.GetValue(_json));
                return ExitCodes.Ok;
            }

            // What cannot be adopted is not asked about: the attempt says why, with the code that belongs to it.
            if (!isConfirmed && candidate.Refusal is null && !await ConfirmAsync(candidate, cancellationToken).ConfigureAwait(false))
            {
                throw new CliException(new CliError(ExitCodes.Failed, "not-confirmed", "Not confirmed: nothing was touched.", "Look again: workflowctl find --match TEXT"));
            }

            return await AdoptAsync(opened, candidate, request, parsed.GetValue(_json), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int> AdoptAsync(OpenStore opened, AdoptCandidate candidate, AdoptRequest request, bool asJson, CancellationToken cancellationToken)
    {
        ITrackedProcess process = await opened.Session.Launcher.AdoptAsync(candidate.Root, request, cancellationToken).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            string id = process.RunId.Value;
            if (asJson)
            {
                JsonOutput.Write(_context.Console.Out, new AdoptedDocument { RunId = id, Strength = process.Strength, Pid = process.Identity.Pid }, CliJsonContext.Default.AdoptedDocument);
            }
            else
            {
                _context.Console.Out.WriteLine(id);
            }

            _context.Console.Say($"Held at {process.Strength}. Its processes: {opened.Choice.Command("tree", id)}");
            _context.Console.Say($"To end it: {opened.Choice.Command("kill", id, "--reason", "why it ends")}");
            return ExitCodes.Ok;
        }
    }

    private void Print(AdoptCandidate candidate, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Write(_context.Console.Out, CandidateEntry.Of(candidate), CliJsonContext.Default.CandidateEntry);
            return;
        }

        CandidateText.WritePreview(_context.Console.Out, candidate, _context.Time.GetUtcNow());
        _context.Console.Say("Nothing was touched: --dry-run.");
    }

    private async Task<bool> ConfirmAsync(AdoptCandidate candidate, CancellationToken cancellationToken)
    {
        CandidateText.WritePreview(_context.Console.Error, candidate, _context.Time.GetUtcNow());
        _context.Console.Error.Write($"Adopt {Words.Count(candidate.Processes.Count, "process", "processes")}, and what they start meanwhile? [y/N] ");

        // Reading a terminal cannot be cancelled; the wait for it can.
        string? answer = await Task.Run(_context.Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private static AdoptToken ReadToken(string text) =>
        AdoptToken.TryParse(text, out AdoptToken token) ? token
        : throw CliException.Usage(
            text.All(char.IsAsciiDigit) ? $"'{text}' is a bare PID, which may be somebody else's by the time it is used: {AdoptToken.Rule}." : $"'{text}' is not a token: {AdoptToken.Rule}.",
            "Print the token of a process: workflowctl find --match TEXT");

    private AdoptRequest Read(ParseResult parsed)
    {
        string? reason = parsed.GetValue(_reason);
        if (KillReason.Explain(reason) is { } problem)
        {
            throw CliException.Usage(
                reason is null ? "--reason is missing. A reason has 3 to 1,000 visible characters." : $"--reason: {problem}",
                "Say why: workflowctl adopt TOKEN --reason 'nobody tracked it'");
        }

        return new AdoptRequest(reason!, _context.Sessions.Caller)
        {
            RunId = parsed.GetValue(_runId) is { } id ? RunArgument.Parse(id) : null,
            Workflow = parsed.GetValue(_workflow),
            Owner = parsed.GetValue(_owner),
            IncludeSession = parsed.GetValue(_session),
            MinimumStrength = ReadStrength(parsed.GetValue(_strength)),
            Cleaners = _cleaning.Read(parsed),
        };
    }

    private static ContainmentStrength? ReadStrength(string? text) => text switch
    {
        null => null,
        nameof(ContainmentStrength.BestEffort) => ContainmentStrength.BestEffort,
        nameof(ContainmentStrength.CgroupOnly) => ContainmentStrength.CgroupOnly,
        _ => throw CliException.Usage($"--minimum-strength is BestEffort or CgroupOnly, not '{text}': an adopted tree has no reaper of ours.", "See what can be had: workflowctl doctor"),
    };
}
