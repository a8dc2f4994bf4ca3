using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>The clock that counts from the start of the machine, suspended time included, by which the shim stamps what it sees.</summary>
internal static class BootClock
{
    /// <summary>Now, to 10 ms; null where it cannot be read.</summary>
    public static TimeSpan? Read() =>
        SmallFile.ReadText("/proc/uptime") is { } text
        && text.Split(' ') is [string seconds, ..]
        && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            ? TimeSpan.FromSeconds(value)
            : null;
}
