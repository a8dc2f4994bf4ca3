using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>Directories of which nobody means that they be deleted, whatever a setting says.</summary>
internal static class ProtectedPlaces
{
    private const string Remedy = "Give the run a directory of its own.";

    // Neither these nor what holds them; below them anybody may have a directory.
    private static readonly string[] _shared =
    [
        "/bin", "/boot", "/dev", "/dev/shm", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/run/lock", "/run/user", "/sbin",
        "/srv", "/sys", "/tmp", "/usr", "/usr/local", "/var", "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool", "/var/tmp",
    ];

    // Nor anything below these.
    private static readonly string[] _systems =
    [
        "/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sbin", "/sys", "/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64",
        "/usr/libexec", "/usr/sbin", "/usr/share", "/dev/pts", "/dev/mqueue", "/dev/hugepages", "/var/lib/dpkg", "/var/lib/rpm",
    ];

    /// <summary>Why that directory stays; null when nothing speaks for it.</summary>
    public static string? WhyNot(PinnedDirectory place, IEnumerable<OccupiedPlace> occupied)
    {
        string path = place.Path;
        if (place.IsMountPoint)
        {
            return $"{path} is a mount point. {Remedy}";
        }

        // By what they are, too: a bind mount gives a directory a second path.
        PathIdentities above = PathIdentities.Of(path);
        if (_systems.FirstOrDefault(system => PlainPath.Holds(system, path) || above.Contains(system)) is { } inside)
        {
            return $"{path} is in {inside}, which belongs to the system. {Remedy}";
        }

        PathIdentities needed = new();
        IEnumerable<OccupiedPlace> all = _shared.Select(shared => new OccupiedPlace(shared, "the system's"))
            .Concat(Homes())
            .Concat(OfThisProcess())
            .Concat(occupied);
        foreach (OccupiedPlace other in all)
        {
            if (other.IsWhole && (PlainPath.Holds(other.Path, path) || above.Contains(other.Path)))
            {
                return $"{path} {(path == other.Path ? "is" : $"is in {other.Path},")} {other.What}. {Remedy}";
            }

            needed.AddWithAllAbove(other.Path);
            if (PlainPath.Holds(path, other.Path) || needed.Contains(place.Facts))
            {
                return $"{path} {(path == other.Path ? "is" : $"holds {other.Path},")} {other.What}. {Remedy}";
            }
        }

        return Path.GetDirectoryName(path) == "/home" ? $"{path} is a home directory. {Remedy}" : null;
    }

    private static IEnumerable<OccupiedPlace> Homes()
    {
        if (Environment.GetEnvironmentVariable("HOME") is { Length: > 1 } own && PlainPath.WhyNot(own.TrimEnd('/')) is null)
        {
            yield return new OccupiedPlace(own.TrimEnd('/'), "the home directory of this process");
        }

        // "name:password:uid:gid:comment:home:shell"
        foreach (string line in (SmallFile.ReadText("/etc/passwd") ?? string.Empty).Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length > 5 && PlainPath.WhyNot(fields[5].TrimEnd('/')) is null)
            {
                yield return new OccupiedPlace(fields[5].TrimEnd('/'), $"the home directory of {fields[0]}");
            }
        }
    }

    private static IEnumerable<OccupiedPlace> OfThisProcess()
    {
        yield return new OccupiedPlace(Environment.CurrentDirectory, "the working directory of this process");
        yield return new OccupiedPlace(AppContext.BaseDirectory.TrimEnd('/'), "the program of this process");
        foreach (CgroupMount mount in MountInfo.FindCgroup2(SmallFile.ReadText("/proc/self/mountinfo") ?? string.Empty))
        {
            yield return new OccupiedPlace(mount.MountPoint, "where cgroups are mounted");
        }
    }
}
