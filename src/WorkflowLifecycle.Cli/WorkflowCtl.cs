using System.CommandLine;
using System.CommandLine.Help;
using WorkflowLifecycle.Cli.Commands;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli;

/// <summary>The command line: verbs, and the one place where an error becomes words and an exit code.</summary>
internal sealed class WorkflowCtl(CliContext context)
{
    // Response files stay off: "@name" is an ordinary argument of many programs.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        bool asJson = arguments.TakeWhile(argument => argument != "--").Contains(SharedOptions.JsonName);
        ParseResult? parsed = null;
        try
        {
            parsed = CreateRoot().Parse(arguments, Parsing);
            if (parsed.Errors.Count > 0 && parsed.Action is null or System.CommandLine.Invocation.ParseErrorAction)
            {
                throw Misused(parsed);
            }

            InvocationConfiguration invocation = new()
            {
                Output = context.Console.Out,
                Error = context.Console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, context.Interrupts.First).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            CliError error = ErrorMap.Translate(exception, StoreWords(parsed));
            if (asJson)
            {
                JsonOutput.Write(context.Console.Out, ErrorDocument.Of(error), CliJsonContext.Default.ErrorDocument);
            }
            else
            {
                ErrorText.Write(context.Console.Error, error);
            }

            return error.ExitCode;
        }
    }

    private static IReadOnlyList<string> StoreWords(ParseResult? parsed) =>
        parsed is { Errors.Count: 0 } && parsed.GetValue(SharedOptions.Store) is { Length: > 0 } store ? ["--store", Path.GetFullPath(store)] : [];

    private RootCommand CreateRoot()
    {
        RootCommand root = new("Run, list, inspect and end workflows: whole process trees, with proof.")
        {
            RunCommand.Create(context),
            PsCommand.Create(context),
            ShowCommand.Create(context),
            TreeCommand.Create(context),
            LogsCommand.Create(context),
            WaitCommand.Create(context),
            EvidenceCommand.Create(context),
            AuditCommand.Create(context),
            KillCommand.Create(context),
            FindCommand.Create(context),
            AdoptCommand.Create(context),
            LeaksCommand.Create(context),
            DoctorCommand.Create(context),
            CriticalCommand.Create(context),
            CompletionCommand.Create(context),
            SharedOptions.Store,
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!,
        [
            "workflowctl run --workflow builder -- ./build.sh",
            "workflowctl ps",
            "workflowctl kill run_5fbae44ab6f0 --reason 'stuck in initialization'",
        ]);
        return root;
    }

    private static CliException Misused(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is RootCommand)
        {
            // An unknown verb is reported twice: as a verb that is missing, and then as what it is.
            return CliException.Usage(parsed.Errors[^1].Message, "See the verbs: workflowctl --help");
        }

        string message = string.Join(" ", parsed.Errors.Select(error => error.Message));
        return CliException.Usage(message, $"See the options: workflowctl {parsed.CommandResult.Command.Name} --help");
    }
}
