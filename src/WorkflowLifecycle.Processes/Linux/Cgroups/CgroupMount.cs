namespace WorkflowLifecycle.Processes.Linux.Cgroups;

/// <summary>A mount of the cgroup v2 hierarchy.</summary>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Root">The directory of the hierarchy that appears there.</param>
internal sealed record CgroupMount(string MountPoint, string Root)
{
    /// <summary>Where a path of the hierarchy is found below this mount; null when the mount does not show it.</summary>
    public string? Locate(string hierarchyPath)
    {
        // A process outside its own cgroup namespace reads a path that climbs: no mount of the namespace shows it.
        if (hierarchyPath.StartsWith("/..", StringComparison.Ordinal))
        {
            return null;
        }

        if (Root == "/")
        {
            return MountPoint + hierarchyPath.TrimEnd('/');
        }

        return hierarchyPath == Root ? MountPoint
            : hierarchyPath.StartsWith(Root + "/", StringComparison.Ordinal) ? MountPoint + hierarchyPath[Root.Length..]
            : null;
    }
}
