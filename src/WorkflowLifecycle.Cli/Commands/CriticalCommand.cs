using System.CommandLine;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Runs a program inside a critical section of the run that it is part of. Opens no store: it may be called a thousand times.</summary>
internal sealed class CriticalCommand
{
    private const string Usage = "workflowctl critical KIND [--name TEXT] [--optional] -- PROGRAM ARGS...";

    private static readonly Dictionary<string, CriticalSectionKind> Kinds = Enum.GetValues<CriticalSectionKind>().ToDictionary(NameOf, StringComparer.Ordinal);

    private readonly CliContext _context;
    private readonly Argument<string?> _kind = new("KIND") { Description = $"What the program is at: {string.Join(", ", Kinds.Keys)}.", Arity = ArgumentArity.ZeroOrOne };
    private readonly ProgramArgument _program = new("workflowctl critical git", Usage);
    private readonly Option<string?> _name = new("--name") { Description = "What a kill says that it waits for. Default: the command line.", HelpName = "TEXT" };
    private readonly Option<bool> _optional = new("--optional") { Description = "Where no critical section can be entered, as outside a run: run the program without one." };

    private CriticalCommand(CliContext context)
    {
        _context = context;
        _kind.CompletionSources.Add([.. Kinds.Keys]);
    }

    public static Command Create(CliContext context)
    {
        CriticalCommand critical = new(context);
        Verb verb = new("critical", "Inside a run: run a program that a graceful kill waits for.")
        {
            Details =
            [
                "A graceful kill waits until the program has exited, up to the ceiling of its kind: git 30 s, database 15 s, file 10 s, other 10 s",
                "unless the host set others. An emergency waits for nothing. Sections nest and run side by side.",
                "The program keeps this terminal and the three streams; its exit code is returned, 128 + N after signal N.",
                "SIGINT, SIGTERM, SIGHUP and SIGQUIT are the program's: this process stays until it has exited.",
                "127: program not found. 126: not executable. 125: the section cannot be entered. 2: usage, or outside a run.",
            ],
            Examples =
            [
                "workflowctl critical git -- git push origin main",
                "workflowctl critical database --name 'month end' -- ./close-books.sh",
                "workflowctl critical file --optional -- rsync -a out/ /srv/out/",
            ],
        };
        verb.Add(critical._kind);
        verb.Add(critical._program.Words);
        verb.Add(critical._name);
        verb.Add(critical._optional);
        verb.SetAction(critical.Execute);
        return verb;
    }

    private int Execute(ParseResult parsed)
    {
        CriticalSectionKind kind = ReadKind(_program.LostAWord(parsed) ? null : parsed.GetValue(_kind));
        string[] words = _program.Read(parsed);
        string name = parsed.GetValue(_name) ?? string.Join(' ', words);
        bool isOptional = parsed.GetValue(_optional);
        using IDisposable? section = _context.Environment(CriticalProgram.DirectoryVariable) is { Length: > 0 } directory
            ? Enter(directory, kind, name, isOptional)
            : isOptional ? null : throw OutsideARun(words);
        _context.Interrupts.First.ThrowIfCancellationRequested();
        return CriticalProgram.Run(words[0], words[1..]);
    }

    private IDisposable? Enter(string directory, CriticalSectionKind kind, string name, bool isOptional)
    {
        try
        {
            return CriticalProgram.Enter(directory, kind, name);
        }
        catch (Exception refused) when (refused is IOException or PlatformNotSupportedException)
        {
            string message = $"No critical section can be entered: {refused.Message}";
            if (isOptional)
            {
                _context.Console.Say(message + " The program runs without one.");
                return null;
            }

            throw new CliException(new CliError(ExitCodes.NotRun, "no-critical-section", message, "To run it without one: workflowctl critical KIND --optional -- PROGRAM"), refused);
        }
    }

    private static CliException OutsideARun(string[] words) => CliException.Usage(
        $"This is not inside a run: {CriticalProgram.DirectoryVariable} is not set.",
        "To run it without a critical section there: workflowctl critical KIND --optional -- " + ShellQuote.Join(words));

    private static CriticalSectionKind ReadKind(string? text) => text is not null && Kinds.TryGetValue(text, out CriticalSectionKind kind)
        ? kind
        : throw CliException.Usage($"{(text is null ? "KIND is missing" : $"KIND is '{text}'")}. It is one of: {string.Join(", ", Kinds.Keys)}.", "Try: workflowctl critical git -- git push");

    private static string NameOf(CriticalSectionKind kind) => kind.ToString().ToLowerInvariant();
}
