using System.Globalization;

namespace WorkflowLifecycle.Signs;

/// <summary>One datagram of the notify protocol, as far as it means something here. Whatever it holds, reading it never throws.</summary>
internal sealed record NotifyMessage
{
    // What a program may ask for at most before somebody else caps it: far above any cap, and far below what a clock can add.
    private const ulong MostMicroseconds = 1_000_000UL * 60 * 60 * 24 * 365;

    /// <summary>READY=1.</summary>
    public bool IsReady { get; init; }

    /// <summary>STOPPING=1.</summary>
    public bool IsStopping { get; init; }

    /// <summary>STATUS, as sent; empty when it was cleared; null when there was none.</summary>
    public string? Status { get; init; }

    /// <summary>WATCHDOG=1.</summary>
    public bool IsWatchdog { get; init; }

    /// <summary>WATCHDOG_USEC; zero turns it off; null when there was none.</summary>
    public TimeSpan? WatchdogInterval { get; init; }

    /// <summary>EXTEND_TIMEOUT_USEC; null when there was none.</summary>
    public TimeSpan? Extension { get; init; }

    /// <summary>MAINPID, which means nothing here: the root program is known first-hand.</summary>
    public bool NamesMainPid { get; init; }

    /// <summary>Reads assignments, one a line, to the letter. What is unknown or malformed is left out; of two of the same key the last counts.</summary>
    public static NotifyMessage Parse(ReadOnlySpan<char> text)
    {
        NotifyMessage message = new();
        foreach (Range range in text.TrimEnd('\0').Split('\n'))
        {
            ReadOnlySpan<char> line = text[range];
            int equals = line.IndexOf('=');
            if (equals > 0)
            {
                message = message.With(line[..equals], line[(equals + 1)..]);
            }
        }

        return message;
    }

    /// <summary>This one and the one after it, as if they had come together.</summary>
    public NotifyMessage Then(NotifyMessage next) => new()
    {
        IsReady = IsReady || next.IsReady,
        IsStopping = IsStopping || next.IsStopping,
        Status = next.Status ?? Status,
        IsWatchdog = IsWatchdog || next.IsWatchdog,
        WatchdogInterval = next.WatchdogInterval ?? WatchdogInterval,
        Extension = next.Extension ?? Extension,
        NamesMainPid = NamesMainPid || next.NamesMainPid,
    };

    private NotifyMessage With(ReadOnlySpan<char> key, ReadOnlySpan<char> value) => key switch
    {
        "READY" when value is "1" => this with { IsReady = true },
        "STOPPING" when value is "1" => this with { IsStopping = true },
        "STATUS" => this with { Status = value.ToString() },
        "WATCHDOG" when value is "1" => this with { IsWatchdog = true },
        "WATCHDOG_USEC" when TryReadTime(value, out TimeSpan interval) => this with { WatchdogInterval = interval },
        "EXTEND_TIMEOUT_USEC" when TryReadTime(value, out TimeSpan extension) => this with { Extension = extension },
        "MAINPID" => this with { NamesMainPid = true },
        _ => this,
    };

    // Digits alone: no sign, no blank, no exponent, and no overflow that would turn a wait for ever into none.
    private static bool TryReadTime(ReadOnlySpan<char> value, out TimeSpan time)
    {
        bool isRead = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong microseconds);
        time = TimeSpan.FromMicroseconds(Math.Min(microseconds, MostMicroseconds));
        return isRead;
    }
}
