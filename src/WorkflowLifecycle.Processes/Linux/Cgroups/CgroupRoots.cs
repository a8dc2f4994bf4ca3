using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cgroups;

/// <summary>Where runs might get their cgroups, best first. Whether one serves is found by trying it.</summary>
internal static class CgroupRoots
{
    public static IReadOnlyList<string> Candidates(string? configured, bool isRoot)
    {
        if (configured is not null)
        {
            return [configured];
        }

        string? own = MountInfo.FindOwnPath(SmallFile.ReadText("/proc/self/cgroup") ?? string.Empty);
        List<string> candidates = [];
        foreach (CgroupMount mount in MountInfo.FindCgroup2(SmallFile.ReadText("/proc/self/mountinfo") ?? string.Empty))
        {
            string? ownDirectory = own is null ? null : mount.Locate(own);

            // Root may write everywhere; only a subtree that was delegated to us is ours to build in. Whoever is not root
            // can write only where it was allowed to, which is as good as a delegation.
            if (ownDirectory is not null && (!isRoot || IsDelegated(ownDirectory)))
            {
                candidates.Add(ownDirectory);
            }

            if (isRoot)
            {
                candidates.Add(mount.MountPoint);
            }
        }

        return candidates;
    }

    // systemd marks what it delegated (Delegate=yes) by an extended attribute.
    private static unsafe bool IsDelegated(string directory)
    {
        byte value;
        return Libc.GetExtendedAttribute(directory, "trusted.delegate", &value, 1) == 1
            || Libc.GetExtendedAttribute(directory, "user.delegate", &value, 1) == 1;
    }
}
