using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>The cleaner <c>lock-files</c>: PID and lock files that name a dead process of a run.</summary>
public static class LockFileCleaner
{
    /// <summary>Makes it. Never throws for the platform: where it is not implemented, its line of the receipt says so.</summary>
    public static IResourceCleaner Create(LockFileCleanerOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OperatingSystem.IsLinux() ? new LockFileRepair(options, timeProvider) : new UnsupportedCleaner(CleanerNames.LockFiles, options.Ceiling);
    }
}
