using System.CommandLine;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Launches a program as a tracked run.</summary>
internal sealed class RunCommand
{
    private const string Usage = "workflowctl run [options] -- PROGRAM ARGS...";

    private readonly CliContext _context;
    private readonly ProgramArgument _program = new("workflowctl run", Usage);

    private readonly Option<string?> _runId = new("--run-id") { Description = "The run's id. Default: a fresh one.", HelpName = "ID" };
    private readonly Option<string?> _workflow = new("--workflow") { Description = "Name of the workflow, to find and end runs by.", HelpName = "W" };
    private readonly Option<string?> _session = new("--session") { Description = "Your session, to find runs by.", HelpName = "S" };
    private readonly Option<string?> _owner = new("--owner") { Description = "A label. It gives nobody any right.", HelpName = "O" };
    private readonly Option<string?> _parent = new("--parent") { Description = "The run under which this one runs: a kill of it ends this one too.", HelpName = "RUN" };
    private readonly Option<string?> _workdir = new("--workdir") { Description = "The program's working directory. Default: this one.", HelpName = "D" };
    private readonly Option<bool> _detach = new("--detach", "-d")
    {
        Description = "Print the run's id and return. The program goes on; its output is in files: workflowctl logs RUN.",
    };

    private readonly Option<string?> _harden = new("--harden")
    {
        Description = "Close ways out of the run, or do not run: " + HardeningWords.All + ", comma separated. Each has its price: docs/hardening.md.",
        HelpName = "WHAT",
    };

    private readonly Option<string?> _ready = new("--ready") { Description = "How the program says that it is ready: " + ReadinessWords.Rule + ".", HelpName = "HOW" };

    private readonly TerminationOptions _termination = new();
    private readonly CleaningOptions _cleaning = new();

    private RunCommand(CliContext context)
    {
        _context = context;
        _ready.CompletionSources.Add([.. ReadinessWords.Examples]);
    }

    public static Command Create(CliContext context)
    {
        RunCommand run = new(context);
        Verb verb = new("run", "Run a program as a tracked run.")
        {
            Details =
            [
                "In the foreground its output is passed on byte by byte and its exit code is returned (128 + N after signal N);",
                "1 when it returned 0 and its output could not be written. A program whose reader leaves gets SIGPIPE, as in a shell.",
                "Ctrl-C, SIGTERM or a closed terminal end its whole process tree gracefully, a second Ctrl-C or SIGTERM at once; then 130 is",
                "returned. A third ends workflowctl itself, and the tree dies with it. The program never gets Ctrl-C from the terminal itself.",
                "127: program not found. 126: not executable. 125: any other failure before it ran. 2: usage. 6: no store.",
                "The program reads end of file on standard input.",
            ],
            Examples =
            [
                "workflowctl run -- make -j8 test",
                "workflowctl run --workflow builder --workdir /srv/app -- ./build.sh --release",
                "workflowctl run --terminate SIGINT:5,SIGTERM --terminate-main -- node server.js",
                "workflowctl run --clean temp,git -- ./agent.sh",
                "workflowctl run --ready 'pattern:listening on port' -- ./server",
                "id=$(workflowctl run --detach -- ./long-job.sh) && workflowctl logs \"$id\" -f",
            ],
        };
        run.AddTo(verb);
        verb.SetAction(run.ExecuteAsync);
        return verb;
    }

    private void AddTo(Verb verb)
    {
        verb.Add(_program.Words);
        foreach (Option option in (Option[])[_runId, _workflow, _session, _owner, _parent, _workdir, _harden, _ready, .. _termination.All, .. _cleaning.All, _detach])
        {
            verb.Add(option);
        }
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        LaunchRequest request = Read(parsed);
        OpenStore opened = await OpenStore.ForLaunchingAsync(_context, parsed, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            try
            {
                return parsed.GetValue(_detach)
                    ? await DetachAsync(opened, request, cancellationToken).ConfigureAwait(false)
                    : await new ForegroundRun(_context, opened).ExecuteAsync(request).ConfigureAwait(false);
            }
            catch (RunNotFoundException missing)
            {
                // 3 would read as the program's own code.
                throw new CliException(new CliError(ExitCodes.NotRun, "parent-not-found", missing.Message,
                    $"List the runs: {opened.Choice.Command("ps")}"), missing);
            }
        }
    }

    private async Task<int> DetachAsync(OpenStore opened, LaunchRequest request, CancellationToken cancellationToken)
    {
        ITrackedProcess process = await opened.Session.Launcher
            .LaunchAsync(request with { OnHostExit = OnHostExit.Keep, Output = OutputMode.Files }, cancellationToken).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            string id = process.RunId.Value;
            try
            {
                _context.Console.Out.WriteLine(id);
            }
            catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
            {
                throw new CliException(new CliError(ExitCodes.Failed, "output-lost", $"{id} runs, but its id could not be printed: {lost.Message}",
                    $"To end it: {opened.Choice.Command("kill", id, "--reason", "why it ends")}"), lost);
            }

            _context.Console.Say($"Its output: {opened.Choice.Command("logs", id, "-f")}");
            _context.Console.Say($"To end it:  {opened.Choice.Command("kill", id, "--reason", "why it ends")}");
            return ExitCodes.Ok;
        }
    }

    private LaunchRequest Read(ParseResult parsed)
    {
        string[] words = _program.Read(parsed);
        LaunchRequest request = new(words[0], words[1..])
        {
            RunId = parsed.GetValue(_runId) is { } id ? RunArgument.Parse(id) : null,
            Workflow = parsed.GetValue(_workflow),
            Session = parsed.GetValue(_session),
            Owner = parsed.GetValue(_owner),
            ParentRun = parsed.GetValue(_parent) is { } parent ? RunArgument.Parse(parent) : null,
            WorkingDirectory = parsed.GetValue(_workdir) is { } directory ? FullPath(directory) : null,
            Hardening = HardeningWords.Parse(parsed.GetValue(_harden)),
            Readiness = ReadinessWords.Parse(parsed.GetValue(_ready), parsed.GetValue(_detach)),
            LaunchedBy = _context.Sessions.Caller,
            OnHostExit = OnHostExit.Kill,
        };
        return _cleaning.Apply(parsed, parsed.GetValue(_workdir), _termination.Apply(parsed, request, parsed.GetValue(_detach)));
    }

    private static string FullPath(string directory) => directory.Length > 0
        ? Path.GetFullPath(directory)
        : throw CliException.Usage("--workdir needs a directory.", "Name it, or leave it out: workflowctl run --workdir DIRECTORY -- PROGRAM");
}
