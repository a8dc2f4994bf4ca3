using System.Runtime.InteropServices;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Where processes are in the cgroup v2 hierarchy, and how they get elsewhere.</summary>
internal sealed class CgroupPlaces
{
    private const int MayWrite = 2;
    private const string Processes = "cgroup.procs";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<CgroupMount> _mounts = MountInfo.FindCgroup2(SmallFile.ReadText("/proc/self/mountinfo") ?? string.Empty);

    /// <summary>The directory of a process' cgroup; null when it cannot be told, or no mount shows it.</summary>
    public string? Of(int pid)
    {
        string? path = MountInfo.FindOwnPath(ProcessReader.ReadCgroup(pid) ?? string.Empty);
        string? directory = path is null ? null : _mounts.Select(mount => mount.Locate(path)).FirstOrDefault(found => found is not null);
        return directory is not null && Holds(directory) ? directory : null;
    }

    /// <summary>Whether a cgroup is the uppermost that is seen from here: no unit, session or container of this machine is told by it.</summary>
    public bool IsTop(string directory) => _mounts.Any(mount => mount.MountPoint == directory);

    /// <summary>Why processes cannot be moved from one cgroup to another and back; null when nothing is known to stand in the way.</summary>
    public static string? WhyNotMovable(string from, string to)
    {
        // A domain that cannot hold processes says so before one is moved, and refuses after.
        if (SmallFile.ReadText(Path.Combine(to, "cgroup.type"))?.Trim() is { } type && type != "domain")
        {
            return $"{to} is of the type '{type}'";
        }

        // The kernel asks for the right to write at both ends and at the nearest cgroup above both; the way back is the same.
        string? closed = new[] { from, to, Common(from, to) }.FirstOrDefault(directory => Libc.Access(Path.Combine(directory, Processes), MayWrite) != 0);
        return closed is null ? null : $"{Path.Combine(closed, Processes)} may not be written";
    }

    /// <summary>Moves a process with all its threads; 0 or the errno.</summary>
    public static unsafe int Move(int pid, string directory)
    {
        using FileDescriptor file = DescriptorReserve.Open(Path.Combine(directory, Processes), Libc.OpenWriteOnly | Libc.OpenCloseOnExec);
        if (file.IsInvalid)
        {
            return Marshal.GetLastPInvokeError();
        }

        byte[] number = Encoding.ASCII.GetBytes(pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        fixed (byte* start = number)
        {
            int errno;
            do
            {
                errno = Libc.Write(file, start, (nuint)number.Length) == number.Length ? 0 : Marshal.GetLastPInvokeError();
            }
            while (errno == Errno.EINTR);
            return errno;
        }
    }

    // Thousands of processes are in a few cgroups.
    private bool Holds(string directory) => _seen.Contains(directory) || (File.Exists(Path.Combine(directory, Processes)) && _seen.Add(directory));

    private static string Common(string one, string other)
    {
        string common = one;
        while (other != common && !other.StartsWith(common.TrimEnd('/') + "/", StringComparison.Ordinal) && Path.GetDirectoryName(common) is { } above)
        {
            common = above;
        }

        return common;
    }
}
