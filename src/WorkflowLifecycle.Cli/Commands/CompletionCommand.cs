using System.CommandLine;
using WorkflowLifecycle.Cli.Completion;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Prints the completion script of a shell.</summary>
internal static class CompletionCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> shell = new("SHELL") { Description = string.Join(", ", CompletionScripts.Shells) + "." };
        shell.CompletionSources.Add([.. CompletionScripts.Shells]);
        Verb verb = new("completion", "Print the script that completes verbs, options and run ids in your shell.")
        {
            Examples = ["source <(workflowctl completion bash)", "source <(workflowctl completion zsh)", "workflowctl completion fish | source"],
        };
        verb.Add(shell);
        verb.SetAction(parsed =>
        {
            context.Console.Out.WriteLine(CompletionScripts.For(parsed.GetRequiredValue(shell)));
            return ExitCodes.Ok;
        });
        return verb;
    }
}
