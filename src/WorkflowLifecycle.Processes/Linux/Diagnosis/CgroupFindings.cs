using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Diagnosis;

/// <summary>Names what kept a run out of a cgroup.</summary>
internal static class CgroupFindings
{
    public static EnvironmentFinding Usable(string root) =>
        new() { Name = "cgroup", Kind = "usable", IsGood = true, Detail = $"runs get cgroups below {root}" };

    public static EnvironmentFinding None(bool switchedOff, bool isRoot)
    {
        if (switchedOff)
        {
            return Bad("switched-off", "cgroups are switched off by a setting", []);
        }

        return MountInfo.FindCgroup2(SmallFile.ReadText("/proc/self/mountinfo") ?? string.Empty).Count == 0
            ? Bad("absent", "no cgroup v2 hierarchy is mounted", Remedies.Mount)
            : Bad("out-of-reach", "the mounted cgroup v2 hierarchy does not show our own cgroup", isRoot ? Remedies.Mount : Remedies.Delegation);
    }

    /// <summary>No cgroup could be made there.</summary>
    public static EnvironmentFinding NotMade(string root, IOException problem)
    {
        string detail = $"{root}: {problem.Message}";
        return problem.HResult switch
        {
            Errno.EROFS => Bad("read-only", detail, Remedies.WritableInContainer),
            Errno.EACCES or Errno.EPERM => Bad("not-delegated", detail, Remedies.Delegation),
            _ when !CgroupFileSystem.Holds(root) => Bad("not-a-cgroup", detail, Remedies.OtherRoot),
            _ when IsUnfit(root) => Bad("threaded", detail, Remedies.Domain),
            _ => Bad("no-cgroup-kill", detail, Remedies.NewerKernel),
        };
    }

    /// <summary>A cgroup could be made there, but no program be started in it.</summary>
    public static EnvironmentFinding NotEntered(string root, string problem)
    {
        if (IsUnfit(root))
        {
            return Bad("threaded", $"{root} is {TypeOf(root)}, which holds threads and no processes of its own kind: {problem}", Remedies.Domain);
        }

        return IsOutside(root)
            ? Bad("outside-delegation", $"cgroups can be made in {root}, but no process moved there: this host runs outside it. {problem}", Remedies.InsideDelegation)
            : Bad("not-entered", $"{root}: {problem}", Remedies.Delegation);
    }

    private static EnvironmentFinding Bad(string kind, string detail, IReadOnlyList<string> remedy) =>
        new() { Name = "cgroup", Kind = kind, IsGood = false, Detail = detail, Remedy = remedy };

    private static string? TypeOf(string root) => SmallFile.ReadText(Path.Combine(root, "cgroup.type"))?.Trim();

    // "domain threaded", "threaded" or "domain invalid"; the root of the hierarchy has no such file.
    private static bool IsUnfit(string root) => TypeOf(root) is { Length: > 0 } type && type != "domain";

    private static bool IsOutside(string root)
    {
        string? own = MountInfo.FindOwnPath(SmallFile.ReadText("/proc/self/cgroup") ?? string.Empty);
        return own is not null && !MountInfo.FindCgroup2(SmallFile.ReadText("/proc/self/mountinfo") ?? string.Empty)
            .Select(mount => mount.Locate(own)).OfType<string>()
            .Any(place => place == root || place.StartsWith(root + "/", StringComparison.Ordinal));
    }
}
