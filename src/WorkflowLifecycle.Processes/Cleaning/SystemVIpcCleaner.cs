using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>Makes the cleaner <c>sysv-ipc</c>: System V shared memory, semaphores and message queues.</summary>
public static class SystemVIpcCleaner
{
    /// <summary>The cleaner of this operating system. Where there is none, one that says so; nothing throws.</summary>
    public static IResourceCleaner Create(SystemVIpcCleanerOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        return OperatingSystem.IsLinux() ? new Linux.Cleaning.SystemV.SystemVIpcCleaner(options, timeProvider) : new UnavailableCleaner(CleanerNames.SystemVIpc, options.Ceiling);
    }
}
