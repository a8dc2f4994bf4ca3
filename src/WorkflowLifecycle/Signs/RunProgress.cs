using System.Text;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Signs;

/// <summary>What a sign does to a row. The same for the host that hears it and for whoever finds it later.</summary>
internal static class RunProgress
{
    /// <summary>The status of a program that said STOPPING=1 and nothing else.</summary>
    public const string Stopping = "stopping";

    private const int LongestStatus = 500;

    // What a holder keeps, less a character that was cut itself.
    private const int LongestKept = 497;

    /// <summary>The row of a run that is ready; the same row where that changes nothing.</summary>
    public static RunRecord Ready(this RunRecord run, DateTimeOffset now)
    {
        if (run.State == RunState.Initializing)
        {
            return run with { State = RunState.Running, ReadyAt = now };
        }

        // Said while a kill is under way: on record in case that kill is taken back.
        return run.State == RunState.Stopping && run.ReadyAt is null ? run with { ReadyAt = now } : run;
    }

    /// <summary>The row with a status; the same row where that changes nothing. An empty text clears it.</summary>
    public static RunRecord WithStatus(this RunRecord run, string? text, IRedactor redactor)
    {
        if (text is null || run.State.IsFinal)
        {
            return run;
        }

        string? status = text.Length == 0 ? null : Clean(text, redactor);
        return status == run.Status ? run : run with { Status = status };
    }

    /// <summary>The status of a program that nobody listened to, as its holder kept it; null when there is none.</summary>
    public static string? StatusFound(HoldStatus found)
    {
        if (found.StatusText is not { } text || Encoding.UTF8.GetByteCount(text) < LongestKept)
        {
            return found.StatusText ?? (found.IsStopping ? Stopping : null);
        }

        // The holder cut it, perhaps in the middle of a secret: the last word does not count.
        return text.LastIndexOf(' ') is > 0 and var end ? text[..end] : null;
    }

    // Redacted before anything else: of a secret that is cut, or interrupted by a blank, a part is not recognized as one.
    private static string Clean(string text, IRedactor redactor)
    {
        string redacted = redactor.RedactText(text);
        int length = Math.Min(redacted.Length, LongestStatus);

        // The first half of a character stands for nothing without the second.
        if (length < redacted.Length && char.IsHighSurrogate(redacted[length - 1]))
        {
            length--;
        }

        return string.Create(length, redacted, static (status, source) =>
        {
            for (int i = 0; i < status.Length; i++)
            {
                status[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
