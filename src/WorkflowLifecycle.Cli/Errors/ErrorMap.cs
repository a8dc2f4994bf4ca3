namespace WorkflowLifecycle.Cli.Errors;

/// <summary>From exceptions to errors: the one place that knows which exit code an exception has.</summary>
internal static class ErrorMap
{
    /// <summary>Translates.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="store">The words that choose the store, when the command line had them: the next command must look in the same one.</param>
    public static CliError Translate(Exception exception, params IReadOnlyList<string> store) => exception switch
    {
        CliException known => known.Error,
        OperationCanceledException => new(ExitCodes.Interrupted, "interrupted", "Interrupted.", $"See what is there: {CommandText.Of(["ps", .. store])}"),
        RunNotFoundException missing => new(ExitCodes.NotFound, "run-not-found", missing.Message, $"List the runs: {CommandText.Of(["ps", "--all", .. store])}"),
        StoreUnavailableException away => new(ExitCodes.StoreUnavailable, "store-unavailable", away.Message,
            "See which stores there are: workflowctl doctor"),
        LaunchFailedException launch => Translate(launch),
        AdoptFailedException adoption => Translate(adoption, store),
        RunAlreadyRegisteredException taken => new(ExitCodes.NotRun, "run-id-taken", taken.Message,
            $"Look at that run: {CommandText.Of(["show", taken.RunId.Value, .. store])}"),
        KeepNotAvailableException keep => new(ExitCodes.NotRun, "keep-not-available", keep.Message,
            "Leave --detach out to run in the foreground, or see what to change: workflowctl doctor"),
        ArgumentException argument => new(ExitCodes.Usage, "usage", WithoutParameter(argument), "See the options: workflowctl --help"),
        _ => new(ExitCodes.Failed, "failed", Describe(exception), "Look at this machine: workflowctl doctor"),
    };

    /// <summary>The name of a parameter says something to who calls a method, not to who types a command.</summary>
    public static string WithoutParameter(ArgumentException exception)
    {
        string suffix = $" (Parameter '{exception.ParamName}')";
        return exception.Message.EndsWith(suffix, StringComparison.Ordinal) ? exception.Message[..^suffix.Length] : exception.Message;
    }

    private static CliError Translate(AdoptFailedException adoption, IReadOnlyList<string> store) => adoption.Failure switch
    {
        AdoptFailure.NotThere => new(ExitCodes.NotFound, "process-not-found", adoption.Message, "Look again: workflowctl find --match TEXT"),
        AdoptFailure.AlreadyTracked => new(ExitCodes.Denied, "already-tracked", adoption.Message, $"List the runs: {CommandText.Of(["ps", .. store])}"),
        AdoptFailure.Protected or AdoptFailure.NotPermitted => new(ExitCodes.Denied, "denied", adoption.Message, "See what may be adopted: workflowctl find --match TEXT"),
        _ => new(ExitCodes.Failed, "adopt-failed", adoption.Message, "See what this machine can hold: workflowctl doctor"),
    };

    private static CliError Translate(LaunchFailedException launch) => launch.Stage switch
    {
        LaunchStage.ProgramMissing => new(ExitCodes.ProgramNotFound, "program-not-found", launch.Message,
            "Look it up with 'command -v', or give the program's whole path after '--'."),
        LaunchStage.ProgramNotExecutable => new(ExitCodes.NotExecutable, "program-not-executable", launch.Message,
            launch.Path is { } path
                ? $"Look at the file: {ShellQuote.Join(["ls", "-l", path])}"
                : "Check that it is a program of this machine and that you may execute it."),
        LaunchStage.WorkingDirectory => new(ExitCodes.NotRun, "working-directory", launch.Message,
            "Create the directory, or choose another with --workdir DIRECTORY."),
        _ => new(ExitCodes.NotRun, "launch-failed", launch.Message, "See what this machine can hold: workflowctl doctor"),
    };

    private static string Describe(Exception exception) =>
        exception is WorkflowLifecycleException or IOException or UnauthorizedAccessException
            ? exception.Message
            : $"{exception.GetType().Name}: {exception.Message}";
}
