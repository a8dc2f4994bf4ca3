using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>Makes the cleaner <see cref="CleanerNames.Temp"/>.</summary>
public static class TempCleaner
{
    /// <summary>The cleaner of this platform. Never throws: where there is none, using it says so.</summary>
    public static IResourceProvider Create(TempCleanerOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OperatingSystem.IsLinux()
            ? new TempDirectoryCleaner(options, timeProvider)
            : new UnavailableCleaner(CleanerNames.Temp, options.Ceiling);
    }
}
