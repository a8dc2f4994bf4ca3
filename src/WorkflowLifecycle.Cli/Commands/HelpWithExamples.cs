using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>The usual help, then the verb's details and examples.</summary>
internal sealed class HelpWithExamples(HelpAction usual, IReadOnlyList<string> general) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        Verb? verb = parseResult.CommandResult.Command as Verb;
        WriteSection(output, "Details:", verb?.Details ?? []);
        WriteSection(output, "Examples:", verb?.Examples ?? general);
        return ExitCodes.Ok;
    }

    private static void WriteSection(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        output.WriteLine(title);
        foreach (string line in lines)
        {
            output.WriteLine("  " + line);
        }

        output.WriteLine();
    }
}
