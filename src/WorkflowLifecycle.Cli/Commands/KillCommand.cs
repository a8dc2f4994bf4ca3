using System.CommandLine;
using System.Globalization;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>The command line of <c>kill</c>; what it does is in <see cref="KillExecution"/>.</summary>
internal sealed class KillCommand
{
    private readonly CliContext _context;
    private readonly Argument<string[]> _runs;
    private readonly Option<string?> _reason = new("--reason") { Description = "Why: 3 to 1,000 visible characters, kept in the audit. Required.", HelpName = "TEXT" };
    private readonly Option<bool> _emergency = new("--emergency") { Description = "End the whole tree at once: no waiting for work in flight, no SIGTERM, no grace. Escalates a kill under way." };
    private readonly Option<string?> _grace = new("--grace")
    {
        Description = "Seconds until SIGKILL at the latest, work in flight included; above 0 and at most 86400. It only lowers the host's ceilings.",
        HelpName = "SECONDS",
    };

    private readonly Option<bool> _evidence = new("--evidence") { Description = "First take down what its processes are doing, within half a second; see 'workflowctl evidence'. Not in an emergency." };
    private readonly Option<string?> _workflow = new("--workflow") { Description = "All live runs of this workflow.", HelpName = "W" };
    private readonly Option<string?> _state = new("--state") { Description = $"All runs in this state: {string.Join(", ", LiveStates.Names)}.", HelpName = "S" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print what would be ended, awaited and cleaned; end nothing." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };
    private readonly Option<bool> _json = SharedOptions.Json();

    private KillCommand(CliContext context)
    {
        _context = context;
        _runs = RunArgument.Many(context, "The runs to end, by id.");
        _state.CompletionSources.Add([.. LiveStates.Names]);
    }

    public static Command Create(CliContext context)
    {
        KillCommand kill = new(context);
        Verb verb = new("kill", "End runs, each with its whole process tree, and print the receipt.")
        {
            Details =
            [
                "It waits for work in flight (git, databases, files, critical sections; unless the host set others at most 30 s), tells the program",
                "to leave while nothing is in flight, and waits for that, at most 10 s: never longer than there is something to wait for.",
                "Runs launched under a run end with it. A run that is over already is no error.",
                "Returns 0 when all are over, 4 when one was refused, 5 when the end of one could not be confirmed; 5 weighs more than 4.",
                "--workflow and --state end every live run that matches both, after a preview and a question, or with --yes.",
                "--json prints one object for one named run, and an array for several or for --workflow and --state.",
            ],
            Examples =
            [
                "workflowctl kill run_5fbae44ab6f0 --reason 'stuck in initialization'",
                "workflowctl kill run_5fbae44ab6f0 --emergency --reason 'eats the machine'",
                "workflowctl kill run_5fbae44ab6f0 --evidence --reason 'stuck, nobody knows why'",
                "workflowctl kill --workflow builder --dry-run --reason 'deploying'",
                "workflowctl kill --state Initializing --yes --reason 'stuck since yesterday'",
            ],
        };
        kill.AddTo(verb);
        verb.SetAction((parsed, token) => new KillExecution(context, kill.Read(parsed), parsed).ExecuteAsync(token));
        return verb;
    }

    private void AddTo(Verb verb)
    {
        verb.Add(_runs);
        foreach (Option option in (Option[])[_reason, _emergency, _grace, _evidence, _workflow, _state, _dryRun, _yes, _json])
        {
            verb.Add(option);
        }
    }

    // The reason comes first: whoever leaves it out learns that before anything is opened or looked at.
    private KillCommandLine Read(ParseResult parsed)
    {
        string? reason = parsed.GetValue(_reason);
        if (KillReason.Explain(reason) is { } problem)
        {
            throw CliException.Usage(
                reason is null ? $"--reason is missing. {problem}" : $"--reason: {problem}",
                "Say why: workflowctl kill RUN --reason 'stuck in initialization'");
        }

        KillRequest request = new(reason!, _context.Sessions.Caller)
        {
            Mode = parsed.GetValue(_emergency) ? KillMode.Emergency : KillMode.Graceful,
            GracePeriod = ReadGrace(parsed.GetValue(_grace)),
            CaptureEvidence = parsed.GetValue(_evidence),
            Door = "cli",
        };
        if (request is { Mode: KillMode.Emergency, GracePeriod: not null })
        {
            _context.Console.Say("--emergency gives no grace: --grace has no effect.");
        }

        if (request is { Mode: KillMode.Emergency, CaptureEvidence: true })
        {
            _context.Console.Say("--emergency waits for nothing: --evidence has no effect.");
        }

        return Check(new KillCommandLine
        {
            Runs = [.. (parsed.GetValue(_runs) ?? []).Select(RunArgument.Parse).Distinct()],
            Workflow = parsed.GetValue(_workflow),
            State = parsed.GetValue(_state) is { } state ? LiveStates.Parse(state) : null,
            Request = request,
            IsDryRun = parsed.GetValue(_dryRun),
            IsConfirmed = parsed.GetValue(_yes),
            AsJson = parsed.GetValue(_json),
        });
    }

    private static KillCommandLine Check(KillCommandLine line)
    {
        if (line.Runs.Count == 0 && !line.IsSelection)
        {
            throw CliException.Usage("Which run? Name it, or select with --workflow or --state.", "List the runs: workflowctl ps");
        }

        return line.Runs.Count > 0 && line.IsSelection
            ? throw CliException.Usage("Runs are either named or selected with --workflow and --state, not both.",
                "Name the runs: workflowctl kill RUN --reason TEXT")
            : line;
    }

    private static TimeSpan? ReadGrace(string? text)
    {
        if (text is null)
        {
            return null;
        }

        bool isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double seconds);
        return isNumber && seconds > 0 && seconds <= KillRequest.MaximumGracePeriod.TotalSeconds && TimeSpan.FromSeconds(seconds) > TimeSpan.Zero
            ? TimeSpan.FromSeconds(seconds)
            : throw CliException.Usage(
                $"--grace is a number of seconds above 0 and at most 86400 (24 hours), not '{text}'.",
                "To end a run without any grace: workflowctl kill RUN --emergency --reason TEXT");
    }
}
