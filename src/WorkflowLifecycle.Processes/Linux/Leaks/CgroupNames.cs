using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cgroups;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>The cgroups that are named as those of runs are.</summary>
/// <param name="Near">Where runs of this process get theirs.</param>
/// <param name="Deep">Below those places; null where there are too many cgroups to look through.</param>
[SupportedOSPlatform("linux")]
internal sealed record CgroupNames(IReadOnlySet<string> Near, IReadOnlySet<string>? Deep)
{
    private const string Prefix = "wfl-";
    private const int LengthOfId = 32;

    // Each takes some 25 microseconds, and a launch waits for it.
    private const int MostDirectories = 100;

    public static CgroupNames Find(ContainmentSettings settings)
    {
        HashSet<string> near = new(StringComparer.Ordinal);
        HashSet<string> deep = new(StringComparer.Ordinal);
        Queue<string> next = new();
        foreach (string place in settings.WithoutCgroups ? [] : CgroupRoots.Candidates(settings.CgroupRoot, LinuxPlatform.CurrentUser().IsPrivileged).Where(CgroupFileSystem.Holds))
        {
            foreach (string path in Below(place))
            {
                AddIfNamed(path, near);
                next.Enqueue(path);
            }
        }

        int looked = 0;
        while (next.TryDequeue(out string? place))
        {
            if (++looked > MostDirectories)
            {
                return new CgroupNames(near, null);
            }

            foreach (string path in Below(place).Where(path => !near.Contains(path)))
            {
                AddIfNamed(path, deep);
                next.Enqueue(path);
            }
        }

        return new CgroupNames(near, deep);
    }

    /// <summary>The number of the run that a cgroup has in its name.</summary>
    public static string NumberOf(string path) => Path.GetFileName(path)[Prefix.Length..];

    /// <summary>What was not there then.</summary>
    public IEnumerable<string> Since(CgroupNames before) =>
        Near.Except(before.Near).Concat(Deep is null || before.Deep is null ? [] : Deep.Except(before.Deep)).Order(StringComparer.Ordinal);

    /// <summary>The same, with what an earlier look found already taken from it.</summary>
    public CgroupNames Sharing(CgroupNames? earlier) => earlier is null ? this : new CgroupNames(Shared(Near, earlier.Near)!, Shared(Deep, earlier.Deep));

    private static IReadOnlySet<string>? Shared(IReadOnlySet<string>? now, IReadOnlySet<string>? earlier)
    {
        if (now is null || earlier is null || now.SetEquals(earlier))
        {
            return now is null || earlier is null ? now : earlier;
        }

        HashSet<string> known = [.. earlier];
        return new HashSet<string>(now.Select(name => known.TryGetValue(name, out string? same) ? same : name), StringComparer.Ordinal);
    }

    private static void AddIfNamed(string path, HashSet<string> names)
    {
        string name = Path.GetFileName(path);
        if (name.Length == Prefix.Length + LengthOfId && name.StartsWith(Prefix, StringComparison.Ordinal) && name[Prefix.Length..].All(char.IsAsciiHexDigitLower))
        {
            names.Add(path);
        }
    }

    private static string[] Below(string place)
    {
        try
        {
            return Directory.GetDirectories(place);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Removed under the look, or not for us.
            return [];
        }
    }
}
