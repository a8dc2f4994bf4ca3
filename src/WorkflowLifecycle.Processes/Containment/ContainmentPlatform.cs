using WorkflowLifecycle.Processes.Linux;
using WorkflowLifecycle.Processes.Portable;

namespace WorkflowLifecycle.Processes;

/// <summary>Chooses the platform, once.</summary>
public static class ContainmentPlatform
{
    /// <summary>The platform of this process. Never throws: where nothing is implemented, launching says so.</summary>
    public static IContainmentPlatform Create(ContainmentSettings settings, TimeProvider timeProvider) =>
        OperatingSystem.IsLinux() ? new LinuxPlatform(settings, timeProvider) : new UnsupportedPlatform();

    /// <summary>The user this process runs as.</summary>
    public static LocalUser CurrentUser() =>
        OperatingSystem.IsLinux() ? LinuxPlatform.CurrentUser() : UnsupportedPlatform.CurrentUser();
}
