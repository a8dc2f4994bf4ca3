using System.CommandLine;
using System.Globalization;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>The options of <c>run</c> that say how the program is told to leave, and what becomes of processes that outlive it.</summary>
internal sealed class TerminationOptions
{
    private const int MostSteps = 10;
    private const string LinePrefix = "line:";
    private const string Help = "Try: workflowctl run --terminate SIGINT:5,SIGTERM -- PROGRAM";

    private static readonly Dictionary<string, LeftoverPolicy> Policies = new(StringComparer.Ordinal) { ["end"] = LeftoverPolicy.End, ["keep"] = LeftoverPolicy.Keep };

    private readonly Option<string?> _steps = new("--terminate")
    {
        Description = "How a graceful end tells the program to leave: signals in order, comma separated, each with how many seconds it gets, " +
            "and line:TEXT for a line on standard input, which then stays open. Default: SIGTERM.",
        HelpName = "SIGNAL[:SECONDS],...",
    };

    private readonly Option<bool> _mainOnly = new("--terminate-main") { Description = "Tell the main process alone. What it leaves behind is ended at once." };
    private readonly Option<string?> _leftovers = new("--leftovers")
    {
        Description = "Processes that are still there when the program has exited by itself: end (default) or keep, and the run with them.",
        HelpName = "WHAT",
    };

    public TerminationOptions()
    {
        _steps.CompletionSources.Add("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2");
        _leftovers.CompletionSources.Add([.. Policies.Keys]);
    }

    public IReadOnlyList<Option> All => [_steps, _mainOnly, _leftovers];

    /// <summary>The request with what the options say.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="request">What else is asked for.</param>
    /// <param name="isDetached">True when nobody holds the program's standard input.</param>
    /// <exception cref="CliException">A value is wrong; the option and its rule are named.</exception>
    public LaunchRequest Apply(ParseResult parsed, LaunchRequest request, bool isDetached)
    {
        string? text = parsed.GetValue(_steps);
        TerminationScope scope = parsed.GetValue(_mainOnly) ? TerminationScope.MainProcess : TerminationScope.WholeTree;
        TerminationLadder ladder = text is null ? new TerminationLadder { Scope = scope } : new TerminationLadder { Scope = scope, Steps = ReadSteps(text) };
        bool writesLines = ladder.Steps.Any(step => step.Kind == TerminationStepKind.InputLine);
        return writesLines && isDetached
            ? throw Wrong($"{LinePrefix}TEXT needs somebody who holds the program's standard input: leave --detach out.")
            : request with
            {
                Termination = text is null && scope == TerminationScope.WholeTree ? TerminationLadder.Default : ladder,
                Input = writesLines ? InputMode.Pipe : request.Input,
                Leftovers = ReadLeftovers(parsed.GetValue(_leftovers)),
            };
    }

    private static IReadOnlyList<TerminationStep> ReadSteps(string text)
    {
        string[] words = text.Split(',');
        return words.Length <= MostSteps ? [.. words.Select(ReadStep)] : throw Wrong($"it has 1 to {MostSteps} steps, not {words.Length}.");
    }

    private static TerminationStep ReadStep(string word)
    {
        try
        {
            if (word.StartsWith(LinePrefix, StringComparison.Ordinal))
            {
                return TerminationStep.WriteLine(word[LinePrefix.Length..]);
            }

            int colon = word.IndexOf(':', StringComparison.Ordinal);
            string name = (colon < 0 ? word : word[..colon]).Trim();
            return SignalWords.Parse(name) is { } signal
                ? TerminationStep.SendSignal(signal, colon < 0 ? null : ReadSeconds(word[(colon + 1)..]))
                : throw Wrong($"'{name}' is no signal. Each step is a signal by name or number, or {LinePrefix}TEXT.");
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Wrong($"no program can answer '{word}'. Each step is a signal other than SIGKILL and SIGSTOP; SIGKILL follows by itself.");
        }
        catch (ArgumentException)
        {
            throw Wrong("a line has at most 4096 characters, and no line break among them.");
        }
    }

    private static TimeSpan ReadSeconds(string text)
    {
        bool isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds);
        return isNumber && seconds > 0 && seconds <= KillRequest.MaximumGracePeriod.TotalSeconds && TimeSpan.FromSeconds(seconds) > TimeSpan.Zero
            ? TimeSpan.FromSeconds(seconds)
            : throw Wrong($"a step gets a number of seconds above 0 and at most 86400 (24 hours), not '{text}'.");
    }

    private static LeftoverPolicy ReadLeftovers(string? text) => text is null ? LeftoverPolicy.End
        : Policies.TryGetValue(text, out LeftoverPolicy policy) ? policy
        : throw CliException.Usage($"--leftovers is one of {string.Join(", ", Policies.Keys)}, not '{text}'.", "Try: workflowctl run --leftovers keep -- PROGRAM");

    private static CliException Wrong(string rule) => CliException.Usage("--terminate: " + rule, Help);
}
