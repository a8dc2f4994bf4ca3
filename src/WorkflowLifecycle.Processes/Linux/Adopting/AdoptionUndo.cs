using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Moves everybody back to where he was.</summary>
internal sealed class AdoptionUndo(IReadOnlyList<AdoptedProcess> adopted, TimeProvider timeProvider)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Empties the cgroup and removes it.</summary>
    /// <returns>Null when it is gone; else why not.</returns>
    public string? PutBack(RunCgroup cgroup)
    {
        long started = timeProvider.GetTimestamp();
        int errno = 0;
        for (List<int> inside = List(cgroup); inside.Count > 0 || cgroup.IsPopulated() == true; inside = List(cgroup))
        {
            if (timeProvider.GetElapsedTime(started) > Limit)
            {
                return $"{inside.Count} processes are still in {cgroup.Path}" + (errno == 0 ? string.Empty : ": " + Errno.Describe(errno));
            }

            foreach (int pid in inside)
            {
                errno = PutBack(pid) is var failed and not (0 or Errno.ESRCH) ? failed : errno;
            }
        }

        return cgroup.Remove() is { } problem ? $"{cgroup.Path}: {problem}" : null;
    }

    private static List<int> List(RunCgroup cgroup)
    {
        List<int> pids = [];
        cgroup.AddProcesses(pids);
        return pids;
    }

    private int PutBack(int pid)
    {
        int errno = Errno.ENOENT;

        // A service manager removes a unit's cgroup once it is empty; the nearest one above that takes processes is as near as one gets.
        for (string? directory = OriginOf(pid); directory is not null && errno is not (0 or Errno.ESRCH) && CgroupFileSystem.Holds(ExistingPart(directory)); directory = Path.GetDirectoryName(directory))
        {
            errno = CgroupPlaces.Move(pid, directory);
        }

        return errno;
    }

    private static string ExistingPart(string directory)
    {
        while (!Directory.Exists(directory) && Path.GetDirectoryName(directory) is { } above)
        {
            directory = above;
        }

        return directory;
    }

    // Who was born inside goes where its parents go.
    private string? OriginOf(int pid)
    {
        HashSet<int> seen = [];
        for (int current = pid; seen.Add(current) && ProcessReader.TryReadStat(current, out ProcStat stat); current = stat.ParentPid)
        {
            if (adopted.FirstOrDefault(process => process.Pid == stat.Pid && process.StartTicks == stat.StartTicks) is { Origin: { } origin })
            {
                return origin;
            }
        }

        return adopted.FirstOrDefault(process => process.Origin is not null)?.Origin;
    }
}
