namespace WorkflowLifecycle.Cli.Errors;

/// <summary>An error that is already in the words of the command line.</summary>
internal sealed class CliException(CliError error, Exception? innerException = null) : Exception(error.Message, innerException)
{
    public CliError Error { get; } = error;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public static CliException Usage(string message, string help) => new(new CliError(ExitCodes.Usage, "usage", message, help));
}
