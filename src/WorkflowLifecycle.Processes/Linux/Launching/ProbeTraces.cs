using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>
/// What a probe makes is in no row, so a host that is killed while it probes leaves it for good. It is named so that the next probe knows
/// it, and takes it away once no probe can be that old.
/// </summary>
internal static class ProbeTraces
{
    // A run's internal id is random: one in four billion begins like this, and that one is kept by what is inside it.
    private const string Mark = "00000000";

    private static readonly TimeSpan OldestProbe = TimeSpan.FromMinutes(1);

    public static string NewId() => string.Concat(Mark, Guid.NewGuid().ToString("N").AsSpan(Mark.Length));

    /// <summary>Takes away the cgroups of dead probes below a root.</summary>
    public static void ClearCgroups(string root)
    {
        foreach (string path in OldBelow(root, RunCgroup.NameOf(Mark + "*")))
        {
            // The kernel refuses as long as anybody is inside.
            _ = Libc.RemoveDirectory(path);
        }
    }

    /// <summary>Takes away the run directories of dead probes.</summary>
    public static void ClearDirectories(string runs)
    {
        foreach (string path in OldBelow(runs, Mark + "*"))
        {
            _ = new RunDirectory(path).Remove(keepOutput: true);
        }
    }

    private static List<string> OldBelow(string parent, string pattern)
    {
        try
        {
            DateTime latest = TimeProvider.System.GetUtcNow().UtcDateTime - OldestProbe;
            return [.. new DirectoryInfo(parent).EnumerateDirectories(pattern).Where(directory => directory.LastWriteTimeUtc < latest).Select(directory => directory.FullName)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It cannot be listed, or is not there: then there is nothing of ours to clear either.
            return [];
        }
    }
}
