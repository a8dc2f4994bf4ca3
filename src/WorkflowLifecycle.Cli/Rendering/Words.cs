using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Durations, times and counts for people.</summary>
internal static class Words
{
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalSeconds: < 1 } => Number(duration.TotalMilliseconds) + "ms",
        { TotalMinutes: < 1 } => Number(duration.TotalSeconds) + "s",
        { TotalHours: < 1 } => $"{duration.Minutes}m {duration.Seconds}s",
        { TotalDays: < 1 } => $"{duration.Hours}h {duration.Minutes}m",
        _ => $"{(int)duration.TotalDays}d {duration.Hours}h",
    };

    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    public static string Milliseconds(double value) => Duration(TimeSpan.FromMilliseconds(value));

    public static string Count(int count, string one, string many) =>
        count.ToString(CultureInfo.InvariantCulture) + " " + (count == 1 ? one : many);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => Number(bytes / 1024.0) + " KiB",
        < 1024L * 1024 * 1024 => Number(bytes / (1024.0 * 1024)) + " MiB",
        _ => Number(bytes / (1024.0 * 1024 * 1024)) + " GiB",
    };

    private static string Number(double value) => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
