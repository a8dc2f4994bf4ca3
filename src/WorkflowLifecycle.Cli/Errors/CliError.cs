namespace WorkflowLifecycle.Cli.Errors;

/// <summary>What went wrong, and what to do next.</summary>
/// <param name="ExitCode">What the process returns.</param>
/// <param name="Code">A stable name for programs, for example <c>run-not-found</c>.</param>
/// <param name="Message">What happened.</param>
/// <param name="Help">The next command to try.</param>
internal sealed record CliError(int ExitCode, string Code, string Message, string Help);
