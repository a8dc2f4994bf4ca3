using WorkflowLifecycle.Processes.Linux.Cgroups;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A real place for cgroups, where this machine and user have one.</summary>
internal static class CgroupPlace
{
    public static string Require()
    {
        foreach (string root in CgroupRoots.Candidates(null, LinuxUser.IsRoot))
        {
            if (Linux.LinuxPlatform.TryCgroupRoot(root) is null)
            {
                return root;
            }
        }

        Assert.Skip("This user can make no cgroup here: cgroup v2 is missing, read-only or not delegated.");
        throw new InvalidOperationException();
    }
}
