using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>Makes the cleaner <c>sockets</c>: listening ports and named Unix sockets.</summary>
public static class SocketCleaner
{
    /// <summary>The cleaner of this operating system. Where there is none, one that says so; nothing throws.</summary>
    public static IResourceCleaner Create(SocketCleanerOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        return OperatingSystem.IsLinux() ? new Linux.Cleaning.Sockets.SocketCleaner(options, timeProvider) : new UnavailableCleaner(CleanerNames.Sockets, options.Ceiling);
    }
}
