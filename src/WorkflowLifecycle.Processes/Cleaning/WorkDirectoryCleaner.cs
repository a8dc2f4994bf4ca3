using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>Makes the cleaner <see cref="CleanerNames.WorkDirectory"/>.</summary>
public static class WorkDirectoryCleaner
{
    /// <summary>The cleaner of this platform. Never throws: where there is none, using it says so.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="findOccupied">Finds what others than that run need: working directories of live runs, the store.</param>
    /// <param name="timeProvider">The clock.</param>
    public static IResourceProvider Create(
        WorkDirectoryCleanerOptions options, Func<RunRecord, CancellationToken, ValueTask<IReadOnlyList<OccupiedPlace>>> findOccupied, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OperatingSystem.IsLinux()
            ? new WorkDirectoryProvider(options, findOccupied, timeProvider)
            : new UnavailableCleaner(CleanerNames.WorkDirectory, options.Ceiling);
    }
}
