using WorkflowLifecycle.Processes.Linux.Cleaning.Containers;
using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>The cleaner <c>containers</c>: Docker and Podman containers that carry a run's labels.</summary>
public static class ContainerCleaner
{
    /// <summary>Makes it. Never throws for the platform: where it is not implemented, its line of the receipt says so.</summary>
    public static IResourceCleaner Create(ContainerCleanerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OperatingSystem.IsLinux() ? new ContainersOfRuns(options) : new UnsupportedCleaner(CleanerNames.Containers, options.Ceiling);
    }
}
