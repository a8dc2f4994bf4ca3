using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>
/// How far the clock of this time namespace is ahead of the machine's. The kernel adds it to every start that it shows us, so that one
/// process has two starts in two namespaces; we count as the machine does.
/// </summary>
internal static class TimeNamespace
{
    private const long TicksPerSecond = 100;
    private const long NanosecondsPerTick = 1_000_000_000 / TicksPerSecond;

    private static readonly (long Seconds, long Nanoseconds) _ahead = Parse(SmallFile.ReadText("/proc/self/timens_offsets"));

    /// <summary>False where the clocks differ by a part of a tick: a start may then be wrong by one.</summary>
    public static bool IsExact => _ahead.Nanoseconds % NanosecondsPerTick == 0;

    /// <summary>A start as the machine counts it.</summary>
    public static ulong ToMachine(ulong startTicks) =>
        unchecked(startTicks - (ulong)((_ahead.Seconds * TicksPerSecond) + (_ahead.Nanoseconds / NanosecondsPerTick)));

    /// <summary>Finds the line <c>boottime SECONDS NANOSECONDS</c>; zero where the kernel has no time namespaces.</summary>
    public static (long Seconds, long Nanoseconds) Parse(string? offsets)
    {
        foreach (string line in (offsets ?? string.Empty).Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields is ["boottime", string seconds, string nanoseconds]
                && long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
                && long.TryParse(nanoseconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long part))
            {
                return (whole, part);
            }
        }

        return default;
    }
}
