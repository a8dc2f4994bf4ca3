using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Reads what a shim did. The program can write there too: it is what was said, and proves nothing.</summary>
internal static class ShimJournal
{
    /// <summary>Its entries, in order; lines that make no sense are left out.</summary>
    public static IReadOnlyList<JournalEntry> Read(string runDirectory) =>
        [.. (SmallFile.ReadText(Path.Combine(runDirectory, RunDirectory.Journal)) ?? string.Empty).Split('\n').Select(Parse).OfType<JournalEntry>()];

    private static JournalEntry? Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !ulong.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong nanoseconds) || nanoseconds > long.MaxValue)
        {
            return null;
        }

        Dictionary<string, string> values = [];
        foreach (string word in words[2..])
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                values[word[..equals]] = word[(equals + 1)..];
            }
        }

        return new JournalEntry(DateTimeOffset.UnixEpoch.AddTicks((long)nanoseconds / TimeSpan.NanosecondsPerTick), words[1], values);
    }
}
