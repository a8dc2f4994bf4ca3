using WorkflowLifecycle.Processes.Linux.Leaks;
using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>Makes the leak detection, <c>leaks</c> in receipts: how the host and the machine were at the launch of a run and at its end.</summary>
public static class LeakDetection
{
    /// <summary>The detection of this operating system. Where there is none, one that says so; nothing throws.</summary>
    /// <param name="options">How long it may take.</param>
    /// <param name="settings">Where runs have their directories and cgroups.</param>
    /// <param name="timeProvider">The clock.</param>
    public static IResourceProvider Create(LeakDetectionOptions options, ContainmentSettings settings, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(timeProvider);
        return OperatingSystem.IsLinux() ? new LeakDetector(options, settings, timeProvider) : new UnavailableCleaner(CleanerNames.Leaks, options.Ceiling);
    }
}
