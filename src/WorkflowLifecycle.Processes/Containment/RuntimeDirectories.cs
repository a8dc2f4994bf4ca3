using WorkflowLifecycle.Processes.Linux;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes;

/// <summary>Where this product keeps what lives only as long as the machine is up: run directories, announcements of stores.</summary>
public static class RuntimeDirectories
{
    /// <summary>How the files in a run directory begin in which versions before the emergency spool kept intents that no store took. Read, and no longer written.</summary>
    public const string EarlierIntentPrefix = "intent-";

    /// <summary>The root by setting, by <c>WORKFLOW_LIFECYCLE_RUNTIME_DIR</c>, or by user: <c>/run/workflow-lifecycle</c> for root. Not created.</summary>
    public static string Root(string? configured) => OperatingSystem.IsLinux()
        ? RuntimeRoot.Resolve(configured, LinuxPlatform.CurrentUser())
        : configured ?? Path.Combine(Path.GetTempPath(), "workflow-lifecycle");

    /// <summary>The roots of other users, for root to look into; empty for everybody else, and where a root was named.</summary>
    public static IReadOnlyList<string> RootsOfOthers(string? configured) =>
        OperatingSystem.IsLinux() && LinuxPlatform.CurrentUser().IsPrivileged && !RuntimeRoot.IsNamed(configured) ? RuntimeRoot.OfOtherUsers() : [];

    /// <summary>The root of root, which everybody may look into; null where a root was named.</summary>
    public static string? MachineWide(string? configured) =>
        OperatingSystem.IsLinux() && !RuntimeRoot.IsNamed(configured) ? RuntimeRoot.MachineWide : null;

    /// <summary>Makes a directory below a root, readable by all who may look into the root. Refuses what another user could have laid out for us.</summary>
    /// <exception cref="LaunchFailedException">It cannot be made, or is not ours alone.</exception>
    public static string Prepare(string root, string name) => OperatingSystem.IsLinux()
        ? RuntimeRoot.Prepare(root, name, RuntimeRoot.ReadableMode, LinuxPlatform.CurrentUser())
        : Directory.CreateDirectory(Path.Combine(root, name)).FullName;

    /// <summary>The run directories below a root that were not cleaned to the end: of runs that live, and of those whose host or killer died over it. Empty where the root is not this user's own.</summary>
    public static IReadOnlyList<RunRemains> FindRemains(string root) =>
        OperatingSystem.IsLinux() ? RunIdentityFile.FindBelow(root, LinuxPlatform.CurrentUser()) : [];

    /// <summary>Takes away the directories below a root whose makers died before they were finished, or whose removers died over the last of them.</summary>
    /// <returns>When to look again, for those that somebody may still be at; null when there are none.</returns>
    /// <exception cref="IOException">The root can't be read.</exception>
    public static TimeSpan? ClearUnfinished(string root, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return OperatingSystem.IsLinux() && RunIdentityFile.ClearBelow(root, LinuxPlatform.CurrentUser(), timeProvider.GetUtcNow()) > 0 ? RunDirectory.UnfinishedAge : null;
    }

    /// <summary>How the run of a directory is held, as far as its shim and its cgroup bear out what the directory says; null when nothing does.</summary>
    public static ContainmentRecord? Prove(RunRemains remains)
    {
        ArgumentNullException.ThrowIfNull(remains);
        return OperatingSystem.IsLinux() ? RemainsProof.Prove(remains, LinuxPlatform.CurrentUser()) : null;
    }

    /// <summary>Whether only this user or root could have laid out a root.</summary>
    public static bool IsTrusted(string root) =>
        !OperatingSystem.IsLinux() || RuntimeRoot.IsTrusted(root, LinuxPlatform.CurrentUser());
}
