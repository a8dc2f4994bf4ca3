using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>Makes the cleaner <c>shared-memory</c>: POSIX shared memory and named semaphores.</summary>
public static class SharedMemoryCleaner
{
    /// <summary>The cleaner of this operating system. Where there is none, one that says so; nothing throws.</summary>
    public static IResourceCleaner Create(SharedMemoryCleanerOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        return OperatingSystem.IsLinux() ? new Linux.Cleaning.SharedMemory.SharedMemoryCleaner(options, timeProvider) : new UnavailableCleaner(CleanerNames.SharedMemory, options.Ceiling);
    }
}
