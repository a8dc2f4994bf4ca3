namespace WorkflowLifecycle.Launching;

/// <summary>Refuses what no program can be given, before anything is recorded.</summary>
internal static class LaunchRequestCheck
{
    private const int LongestLabel = 200;
    private const Hardening KnownHardening = Hardening.NoNewPrivileges | Hardening.Landlock | Hardening.PidNamespace;

    public static void Check(LaunchRequest request, bool requireReadiness = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Program, nameof(request));
        Require(!request.Program.Contains('\0', StringComparison.Ordinal), "The program's name contains a NUL character. Remove it.", nameof(request));
        if (request.Program.TrimEnd('.', ' ').ToUpperInvariant() is var upper && (upper.EndsWith(".CMD", StringComparison.Ordinal) || upper.EndsWith(".BAT", StringComparison.Ordinal)))
        {
            throw new ArgumentException($"{request.Program} is a batch file: its arguments cannot be quoted safely. Launch the program that it starts.", nameof(request));
        }

        for (int i = 0; i < request.Arguments.Count; i++)
        {
            Require(request.Arguments[i] is not null, $"Argument {i} is null. Leave it out or pass an empty string.", nameof(request));
            Require(!request.Arguments[i].Contains('\0', StringComparison.Ordinal), $"Argument {i} contains a NUL character, which would cut it off. Remove it.", nameof(request));
        }

        foreach ((string name, string? value) in request.Environment)
        {
            Require(name.Length > 0 && !name.Contains('=', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal), $"The environment variable name '{name.Replace('\0', '?')}' is empty or contains '=' or NUL. Correct it.", nameof(request));
            Require(value is null || !value.Contains('\0', StringComparison.Ordinal), $"The value of the environment variable {name} contains a NUL character. Remove it.", nameof(request));
        }

        CheckLabel(request.Workflow, nameof(request.Workflow));
        CheckLabel(request.Session, nameof(request.Session));
        CheckLabel(request.Owner, nameof(request.Owner));
        Require(request.RunId is not { Value.Length: 0 }, $"The run id is empty: {RunId.Rule}.", nameof(request));
        Require(request.ParentRun is not { Value.Length: 0 }, $"The id of the parent run is empty: {RunId.Rule}.", nameof(request));
        Require(request.ParentRun is null || request.ParentRun != request.RunId, $"Run {request.RunId} is not its own parent. Name another parent, or none.", nameof(request));
        Require((request.Hardening & ~KnownHardening) == Hardening.None, $"Hardening {request.Hardening} has bits that mean nothing here. Use the members of the enumeration.", nameof(request));
        Require(request.Input != InputMode.File || !string.IsNullOrEmpty(request.InputFile), "Input from a file needs InputFile.", nameof(request));
        Require(
            request.Readiness?.Source != ReadinessSource.OutputPattern || request.Output is OutputMode.Capture or OutputMode.Stream,
            $"The host does not see what a program writes with Output = {request.Output}, so no output pattern can make it ready. Use Output = Capture or Stream, or Readiness.Notify() or Readiness.Api().",
            nameof(request));
        CheckLadder(request.Termination);
        Require(
            !requireReadiness || request.Readiness is not null,
            "This host launches nothing that does not declare how it becomes ready (RequireReadiness). Set Readiness to Readiness.Notify(), Readiness.OutputPattern(…) or Readiness.Api().",
            nameof(request));
    }

    // By its initializers a step can be anything, and what is wrong with it would show only in the kill.
    private static void CheckLadder(TerminationLadder? ladder)
    {
        Require(ladder is not null, "Termination is null. Leave it out for SIGTERM to the whole tree.", "request");
        for (int i = 0; i < ladder!.Steps.Count; i++)
        {
            TerminationStep? step = ladder.Steps[i];
            string? problem = step?.Kind switch
            {
                null => "is null",
                TerminationStepKind.Signal => step.Signal is >= 1 and <= 64 and not (9 or 19) ? null : $"sends signal {step.Signal}, which no program can answer",
                TerminationStepKind.InputLine => step.Text is not null ? null : "has no line",
                TerminationStepKind.Command => string.IsNullOrWhiteSpace(step.Text) ? "has no program"
                    : step.Text.Contains('\0', StringComparison.Ordinal) || step.Arguments is null || step.Arguments.Any(argument => argument is null || argument.Contains('\0', StringComparison.Ordinal))
                        ? "has a NUL or a null in its command" : null,
                _ => $"is of an unknown kind ({step.Kind})",
            };
            Require(problem is null, $"Step {i} of the termination ladder {problem}. Make it with TerminationStep.SendSignal, WriteLine or RunCommand.", "request");
        }
    }

    public static void CheckAdoption(AdoptRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (KillReason.Explain(request.Reason) is { } problem)
        {
            throw new ArgumentException(problem, nameof(request));
        }

        CheckLabel(request.Workflow, nameof(request.Workflow));
        CheckLabel(request.Session, nameof(request.Session));
        CheckLabel(request.Owner, nameof(request.Owner));
        Require(request.RunId is not { Value.Length: 0 }, $"The run id is empty: {RunId.Rule}.", nameof(request));
    }

    private static void CheckLabel(string? label, string property) =>
        Require(label is null || (label.Length is >= 1 and <= LongestLabel && !label.Any(char.IsControl)), $"{property} has 1 to {LongestLabel} characters without control characters. Shorten or correct it.", "request");

    private static void Require(bool isGood, string message, string parameter)
    {
        if (!isGood)
        {
            throw new ArgumentException(message, parameter);
        }
    }
}
