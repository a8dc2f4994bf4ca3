namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>How a program says that it is ready, as it is said on the command line.</summary>
internal static class ReadinessWords
{
    private const string PatternPrefix = "pattern:";
    private const string Help = "Try: workflowctl run --ready notify -- PROGRAM";

    public const string Rule = "notify (READY=1, as for systemd), output (its first output), api (READY=1 or the launching code), or pattern:REGEX (a line of its output)";

    public static IReadOnlyList<string> Examples { get; } = ["notify", "output", "api", PatternPrefix];

    /// <summary>Reads it; null is the default, the first output.</summary>
    /// <param name="text">What was asked for.</param>
    /// <param name="isDetached">True when the output does not pass through this process.</param>
    /// <exception cref="CliException">It is none of these.</exception>
    public static Readiness? Parse(string? text, bool isDetached) => text switch
    {
        null or "output" => null,
        "notify" => Readiness.Notify(),
        "api" => Readiness.Api(),
        _ when text.StartsWith(PatternPrefix, StringComparison.Ordinal) => ParsePattern(text[PatternPrefix.Length..], isDetached),
        _ => throw CliException.Usage($"--ready is '{text}'. It is one of: {Rule}.", Help),
    };

    private static Readiness ParsePattern(string pattern, bool isDetached)
    {
        if (isDetached)
        {
            throw CliException.Usage("--ready: a pattern needs output that passes through here; that of a detached run goes into files.", Help);
        }

        try
        {
            return Readiness.OutputPattern(pattern);
        }
        catch (ArgumentException problem)
        {
            throw CliException.Usage($"--ready: {ErrorMap.WithoutParameter(problem)}", "Try: workflowctl run --ready 'pattern:listening on' -- PROGRAM");
        }
    }
}
