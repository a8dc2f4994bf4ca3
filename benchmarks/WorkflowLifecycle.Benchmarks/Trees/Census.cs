using System.Globalization;

namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>Counts by looking at every process of the machine, zombies too: a witness that knows nothing of how the tree was held.</summary>
internal static class Census
{
    /// <summary>The processes that carry the mark, each as "PID state".</summary>
    public static IReadOnlyList<string> Find(string mark)
    {
        string wanted = $"({mark})";
        List<string> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && ReadStat(directory) is { } stat
                && stat.IndexOf(wanted, StringComparison.Ordinal) is > 0 and int at)
            {
                found.Add($"{pid} {stat[at + wanted.Length + 1]}");
            }
        }

        return found;
    }

    private static string? ReadStat(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "stat"));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
