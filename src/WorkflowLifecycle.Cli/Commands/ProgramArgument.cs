using System.CommandLine;
using System.CommandLine.Parsing;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>
/// A program and its arguments on the command line: what stands after '--', and nothing else. Without that rule an option of the program
/// that has the name of one of ours would silently be taken away from it.
/// </summary>
/// <param name="verb">What stands before the '--' at least, to be typed again.</param>
/// <param name="usage">The whole command line.</param>
internal sealed class ProgramArgument(string verb, string usage)
{
    public Argument<string[]> Words { get; } = new("PROGRAM")
    {
        Description = "After '--': the program and its arguments. They are passed as they are; no shell reads them.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The program and its arguments.</summary>
    /// <exception cref="CliException">There is none, or a word before '--' is one too many.</exception>
    public string[] Read(ParseResult parsed)
    {
        string[] words = parsed.GetValue(Words) ?? [];
        int afterDash = CountAfterDash(parsed);
        if (words.Length > afterDash)
        {
            string stray = words[0];
            throw stray.StartsWith('-')
                ? CliException.Usage($"Unknown option '{stray}'.", $"See the options: workflowctl {parsed.CommandResult.Command.Name} --help")
                : CliException.Usage($"The program goes after '--': {usage}", $"Try: {verb} -- " + ShellQuote.Join(words));
        }

        return words.Length > 0 && words[0].Length > 0
            ? words
            : throw CliException.Usage($"A program is missing: {usage}", $"Try: {verb} -- sleep 10");
    }

    /// <summary>True when an argument before this one was filled with a word after '--'.</summary>
    public bool LostAWord(ParseResult parsed) => (parsed.GetValue(Words) ?? []).Length < CountAfterDash(parsed);

    private static int CountAfterDash(ParseResult parsed) => parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
}
