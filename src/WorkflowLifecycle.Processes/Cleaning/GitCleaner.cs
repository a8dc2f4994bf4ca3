using WorkflowLifecycle.Processes.Linux.Cleaning.Git;
using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>The cleaner <c>git</c>: stale locks of a run's repositories, and what was left half done there.</summary>
public static class GitCleaner
{
    /// <summary>Makes it. Never throws for the platform: where it is not implemented, its line of the receipt says so.</summary>
    public static IResourceCleaner Create(GitCleanerOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OperatingSystem.IsLinux() ? new GitRepair(options, timeProvider) : new UnsupportedCleaner(CleanerNames.Git, options.Ceiling);
    }
}
