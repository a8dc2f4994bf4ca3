using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Shows what a run was doing when evidence was taken of it, or takes it now.</summary>
internal sealed class EvidenceCommand
{
    private readonly CliContext _context;
    private readonly Argument<string> _run;
    private readonly Option<string?> _kill = new("--kill") { Description = "Only what was taken for this kill.", HelpName = "KILL" };
    private readonly Option<bool> _take = new("--take") { Description = "Take it now, of a run that goes on, and keep it. Nothing is ended or stopped." };
    private readonly Option<bool> _json = SharedOptions.Json();

    private EvidenceCommand(CliContext context)
    {
        _context = context;
        _run = RunArgument.One(context);
    }

    public static Command Create(CliContext context)
    {
        EvidenceCommand evidence = new(context);
        Verb verb = new("evidence", "Show what the processes of a run were doing before it was ended, or take that now.")
        {
            Details =
            [
                "Of each process: state, where in the kernel it waits, CPU and IO of a tenth of a second, open files and sockets, working directory, the",
                "names of its environment, never the values; the pressure on the run's cgroup, and its last lines of output. Secrets are masked.",
                "It is taken before a graceful kill with --evidence, or where the host's policy says so, within half a second; never in an emergency.",
                "What is shown is the newest; --json prints an array of all that is kept, newest first. 'cut' names what is not whole.",
            ],
            Examples =
            [
                "workflowctl evidence run_5fbae44ab6f0",
                "workflowctl evidence run_5fbae44ab6f0 --take",
                "workflowctl kill run_5fbae44ab6f0 --evidence --reason 'stuck in initialization'",
                "workflowctl evidence run_5fbae44ab6f0 --json | jq '.[0].processes[] | {pid, state, waitChannel}'",
            ],
        };
        verb.Add(evidence._run);
        verb.Add(evidence._kill);
        verb.Add(evidence._take);
        verb.Add(evidence._json);
        verb.SetAction((parsed, token) => evidence.ExecuteAsync(parsed, token));
        return verb;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken token)
    {
        RunId runId = RunArgument.Parse(parsed.GetRequiredValue(_run));
        KillId? killId = parsed.GetValue(_kill) is { } text ? ParseKill(text) : null;
        bool take = parsed.GetValue(_take);
        if (take && killId is not null)
        {
            throw CliException.Usage("--take takes evidence for no kill: --kill does not go with it.", "Take it with a kill: workflowctl kill RUN --evidence --reason TEXT");
        }

        OpenStore opened = await OpenStore.ForRunAsync(_context, parsed, runId, take ? StoreUse.Change : StoreUse.Look, token).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            IReadOnlyList<RunEvidence> found = take
                ? [await TakeAsync(opened, runId, token).ConfigureAwait(false)]
                : await ReadAsync(opened, runId, killId, token).ConfigureAwait(false);
            Print(opened, found, parsed.GetValue(_json));
            return ExitCodes.Ok;
        }
    }

    private static async Task<RunEvidence> TakeAsync(OpenStore opened, RunId runId, CancellationToken token) =>
        await opened.Session.Evidence.TakeAsync(runId, token).ConfigureAwait(false)
        ?? throw NoEvidence($"{runId} has no process here: it is over, has not started yet, or is held on another machine.", opened.Choice.Command("show", runId.Value));

    private static async Task<IReadOnlyList<RunEvidence>> ReadAsync(OpenStore opened, RunId runId, KillId? killId, CancellationToken token)
    {
        IReadOnlyList<RunEvidence> found = await opened.Session.Evidence.ReadAsync(runId, token).ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw NoEvidence($"No evidence was taken of {runId}.", opened.Choice.Command("evidence", runId.Value, "--take"));
        }

        IReadOnlyList<RunEvidence> wanted = killId is null ? found : [.. found.Where(evidence => evidence.KillId == killId)];
        return wanted.Count > 0 ? wanted : throw NoEvidence($"No evidence of {runId} was taken for {killId}.", opened.Choice.Command("evidence", runId.Value));
    }

    private void Print(OpenStore opened, IReadOnlyList<RunEvidence> found, bool asJson)
    {
        if (found[0].NotStored is { } why)
        {
            _context.Console.Say($"It is not kept: {why}");
        }

        if (asJson)
        {
            JsonOutput.Write(_context.Console.Out, [.. found.Select(EvidenceDocument.Of)], CliJsonContext.Default.IReadOnlyListEvidenceDocument);
            return;
        }

        EvidenceText.Write(_context.Console, found[0]);
        if (found.Count > 1)
        {
            _context.Console.Say($"{Words.Count(found.Count - 1, "older one is", "older ones are")} kept: {opened.Choice.Command("evidence", found[0].RunId.Value, "--json")}");
        }
    }

    private static KillId ParseKill(string text) => KillId.TryParse(text, out KillId killId)
        ? killId
        : throw CliException.Usage($"'{text}' is not the id of a kill.", "The kills of a run: workflowctl audit RUN");

    private static CliException NoEvidence(string message, string next) => new(new CliError(ExitCodes.NotFound, "no-evidence", message, next));
}
