using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>Cgroups with our naming that came since a launch and that belong to no run that lives, with what speaks for that.</summary>
[SupportedOSPlatform("linux")]
internal sealed class CgroupNews(RunRecord run, ProcessTable table, LiveRuns live)
{
    public IEnumerable<(string Path, string Note)> Since(CgroupNames before, CgroupNames after)
    {
        foreach (string path in after.Since(before).Where(path => path != run.Containment?.CgroupPath))
        {
            string number = CgroupNames.NumberOf(path);
            if (number == run.InternalId)
            {
                yield return (path, "it has the run's number, and is not where the run's cgroup was");
            }
            else if (!live.Has(number) && Describe(path) is { } note)
            {
                yield return (path, $"{note}, and no run directory here has its number; another runtime directory may");
            }
        }
    }

    // Whoever is below a shim is in a run that lives, of another runtime directory.
    private string? Describe(string path)
    {
        using RunCgroup? cgroup = FileFacts.Of(path) is { } facts ? RunCgroup.Open(path, facts.Inode, out _) : null;
        List<int> inside = [];
        cgroup?.AddProcesses(inside);
        return cgroup is null ? null
            : cgroup.IsPopulated() == false ? "it is empty"
            : inside.Any(pid => table.Above(pid).Any(above => ShimProgram.TitleOf(above) is not null)) ? null
            : "somebody is in it";
    }
}
