using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>Who holds a lock on a file, among processes that are named. An open-file-description lock has no PID; but the kernel shows it beside each descriptor through which it is held.</summary>
internal static class LockHolders
{
    /// <summary>Whether one of the processes holds a lock that keeps ours out. False when that cannot be seen, or not in time.</summary>
    public static bool IsAmong(IEnumerable<int> pids, string lockFile, TimeSpan limit, TimeProvider timeProvider)
    {
        long started = timeProvider.GetTimestamp();
        return FileFacts.Of(lockFile) is { } wanted
            && pids.TakeWhile(_ => timeProvider.GetElapsedTime(started) < limit).Any(pid => Descriptors(pid)
                .TakeWhile(_ => timeProvider.GetElapsedTime(started) < limit)
                .Any(number => HoldsLock(pid, number) && FileFacts.Of($"/proc/{pid}/fd/{number}", followLinks: true) is { } held && held.IsSameFile(wanted)));
    }

    // flock(2) locks are of another kind, and in nobody's way.
    private static bool HoldsLock(int pid, string number) =>
        SmallFile.ReadText($"/proc/{pid}/fdinfo/{number}") is { } text
        && text.Split('\n').Any(line => line.StartsWith("lock:", StringComparison.Ordinal) && !line.Contains(" FLOCK ", StringComparison.Ordinal));

    private static IEnumerable<string> Descriptors(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{pid}/fdinfo").Select(path => Path.GetFileName(path))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or not ours to look into.
            return [];
        }
    }
}
