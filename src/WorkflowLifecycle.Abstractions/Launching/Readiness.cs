using System.Text.RegularExpressions;

namespace WorkflowLifecycle;

/// <summary>
/// How a program says that its initialization is over. Declare it where you can: an undeclared run is ready with its first output, and one
/// that is silent cannot be told from one that is stuck. <c>READY=1</c> and <see cref="ITrackedProcess.MarkReadyAsync"/> count in any case.
/// </summary>
public sealed class Readiness
{
    private const int LongestPattern = 1000;

    private Readiness(ReadinessSource source, Regex? pattern)
    {
        Source = source;
        Pattern = pattern;
    }

    /// <summary>By what the run becomes ready.</summary>
    public ReadinessSource Source { get; }

    /// <summary>What a line of the output has to contain; null unless <see cref="Source"/> is <see cref="ReadinessSource.OutputPattern"/>.</summary>
    public Regex? Pattern { get; }

    /// <summary>
    /// The program sends <c>READY=1</c> to the socket in <c>NOTIFY_SOCKET</c>, as for systemd. This also works while no host lives.
    /// </summary>
    public static Readiness Notify() => new(ReadinessSource.Notify, null);

    /// <summary>The launching code calls <see cref="ITrackedProcess.MarkReadyAsync"/>.</summary>
    public static Readiness Api() => new(ReadinessSource.Api, null);

    /// <summary>
    /// A line of standard output or standard error contains a match. Line by line, so a pattern never spans two, and a line counts once it is
    /// complete; lines over 64 KiB are looked at in pieces. Only where the output passes through the host: with
    /// <see cref="OutputMode.Capture"/>, or with <see cref="OutputMode.Stream"/> as far as it is read.
    /// </summary>
    /// <param name="pattern">
    /// A regular expression of at most 1,000 characters that is matched in linear time (<see cref="RegexOptions.NonBacktracking"/>), so without
    /// lookarounds and backreferences. Write <c>(?i)</c> in front where case does not matter.
    /// </param>
    /// <exception cref="ArgumentException">The pattern cannot be matched so; the message says why.</exception>
    public static Readiness OutputPattern(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        if (pattern.Length > LongestPattern)
        {
            throw new ArgumentException($"The pattern has {pattern.Length} characters, and {LongestPattern} are the most. Match a shorter part of the line.", nameof(pattern));
        }

        try
        {
            return new Readiness(ReadinessSource.OutputPattern, new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException(
                $"The pattern is not possible here, where it has to be matched in linear time: {exception.Message} Write a regular expression without lookarounds, backreferences and large counts.", nameof(pattern), exception);
        }
    }
}
