using WorkflowLifecycle.Processes.Linux.Cgroups;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Finds a cgroup into which processes that run already can be moved. Whether the shim works here does not matter.</summary>
internal sealed class AdoptionCgroup(ContainmentSettings settings, LocalUser user)
{
    /// <summary>Where one could be made for processes of those cgroups, or why not. Makes none.</summary>
    public (string? Root, string Why) Find(IReadOnlyList<string?> origins)
    {
        string why = settings.WithoutCgroups ? "cgroups are switched off by a setting" : "no cgroup v2 hierarchy is mounted, or none that we may write in";
        foreach (string root in Roots())
        {
            if (WhyNot(origins, root) is not { } problem)
            {
                return (root, string.Empty);
            }

            why = problem;
        }

        return (null, why);
    }

    /// <summary>Makes it; null and the reason where none can be had.</summary>
    public (RunCgroup? Cgroup, string Why) Create(IReadOnlyList<string?> origins, string internalId)
    {
        (string? root, string why) = Find(origins);
        if (root is null)
        {
            return (null, why);
        }

        try
        {
            RunCgroup cgroup = RunCgroup.Create(root, internalId);
            if (WhyNot(origins, cgroup.Path) is not { } problem)
            {
                return (cgroup, string.Empty);
            }

            _ = cgroup.Remove();
            cgroup.Dispose();
            return (null, problem);
        }
        catch (IOException exception)
        {
            return (null, exception.Message);
        }
    }

    private IReadOnlyList<string> Roots() => settings.WithoutCgroups ? [] : CgroupRoots.Candidates(settings.CgroupRoot, user.IsPrivileged);

    private static string? WhyNot(IReadOnlyList<string?> origins, string target) =>
        !CgroupFileSystem.Holds(target) ? $"{target} is no cgroup"
        : origins.Contains(null) ? "where the processes are cannot be seen from here"
        : origins.Distinct().Select(origin => CgroupPlaces.WhyNotMovable(origin!, target)).FirstOrDefault(problem => problem is not null);
}
