using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>The parts of an identity that all processes of this host, boot and PID namespace share.</summary>
internal sealed record Machine(string HostId, string BootId, ulong PidNamespace, ulong PidNamespaceStartTicks)
{
    private static string? _thisHost;

    /// <summary>The id of this machine, or else its name. An id does not change, and is read once.</summary>
    public static string ThisHost => (_thisHost ??= ReadHostId()) ?? Environment.MachineName;

    public static string ThisBoot => SmallFile.ReadText("/proc/sys/kernel/random/boot_id")?.Trim() ?? "unknown";

    public static Machine Read()
    {
        string boot = ThisBoot;

        // Namespace inodes come back within a few spawns; the start of the namespace's PID 1 tells two of them apart.
        ulong start = ProcessReader.TryReadStat(1, out ProcStat init) ? init.StartTicks : 0;
        return new Machine(ThisHost, boot, ReadNamespace(), start);
    }

    /// <summary>Pins a process: null when it is gone, or is not the one that is meant.</summary>
    /// <param name="pid">Its number.</param>
    /// <param name="isMeant">Asked while the process is pinned; null where the number cannot have changed hands.</param>
    public ProcessIdentity? Identify(int pid, Func<ProcStat, bool>? isMeant = null)
    {
        using FileDescriptor? descriptor = PidDescriptor.Open(pid, out int errno);
        if (descriptor is null && errno == Errno.ESRCH)
        {
            return null;
        }

        // With the descriptor held, the stat that is read is that of the process it names, or of nobody.
        return ProcessReader.TryReadStat(pid, out ProcStat stat) && isMeant?.Invoke(stat) != false
            ? Identify(stat, descriptor is null ? null : PidDescriptor.Handle(descriptor))
            : null;
    }

    public ProcessPresence Look(ProcessIdentity identity)
    {
        if (identity.HostId != HostId)
        {
            return ProcessPresence.Elsewhere;
        }

        if (identity.BootId != BootId)
        {
            return identity.BootId == "unknown" || BootId == "unknown" ? ProcessPresence.Elsewhere : ProcessPresence.OtherBoot;
        }

        if (identity.PidNamespace != PidNamespace || identity.PidNamespaceStartTicks != PidNamespaceStartTicks)
        {
            return ProcessPresence.Elsewhere;
        }

        using FileDescriptor? descriptor = PidDescriptor.Open(identity.Pid, out int errno);
        if (descriptor is null && errno == Errno.ESRCH)
        {
            return ProcessPresence.Gone;
        }

        if (!ProcessReader.TryReadStat(identity.Pid, out ProcStat stat))
        {
            // Hidden (hidepid), or no descriptor free: a look that failed is no death. Without pidfds the kernel is asked by PID.
            return descriptor is not null
                ? PidDescriptor.HasExited(descriptor) ? ProcessPresence.Gone : ProcessPresence.Unknown
                : PidDescriptor.IsUnused(identity.Pid) ? ProcessPresence.Gone : ProcessPresence.Unknown;
        }

        if (stat.StartTicks != identity.StartTicks)
        {
            return TimeNamespace.IsExact || stat.StartTicks - identity.StartTicks is not (1 or ulong.MaxValue) ? ProcessPresence.Gone : ProcessPresence.Unknown;
        }

        bool hasExited = descriptor is null ? ProcessReader.HasExited(stat) : PidDescriptor.HasExited(descriptor) || !HasHandle(descriptor, identity.PidfsHandle);
        return hasExited
            ? ProcessPresence.Gone
            : ProcessPresence.Present;
    }

    /// <summary>Whether that process is seen from here under the same names: same host, boot and PID namespace.</summary>
    public bool IsHomeOf(ProcessIdentity identity) =>
        identity.HostId == HostId && identity.BootId == BootId
        && identity.PidNamespace == PidNamespace && identity.PidNamespaceStartTicks == PidNamespaceStartTicks;

    /// <summary>Sends a signal to that very process; false when it is not there.</summary>
    public bool Signal(ProcessIdentity identity, int signal)
    {
        // Opened first, looked at second: what is there after the look is what the descriptor names.
        using FileDescriptor? descriptor = PidDescriptor.Open(identity.Pid, out int errno);
        if (descriptor is null)
        {
            // Without pidfds the number remains, and a look a moment before.
            return PidDescriptor.IsMissing(errno) && identity.Pid > 1 && Look(identity) == ProcessPresence.Present && Libc.Kill(identity.Pid, signal) == 0;
        }

        return Look(identity) == ProcessPresence.Present && PidDescriptor.Signal(descriptor, signal) == 0;
    }

    // A number that went round within one tick has the same start twice; the handle is never the same.
    private static bool HasHandle(FileDescriptor descriptor, string? handle) =>
        handle is null || PidDescriptor.Handle(descriptor) is not { } actual || actual == handle;

    private static string? ReadHostId() => SmallFile.ReadText("/etc/machine-id")?.Trim() is { Length: > 0 } id ? id : null;

    private static ulong ReadNamespace()
    {
        string? target = new FileInfo("/proc/self/ns/pid").LinkTarget;
        int open = target?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        return open >= 0 && ulong.TryParse(target.AsSpan(open + 1).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode)
            ? inode
            : 0;
    }

    private ProcessIdentity Identify(in ProcStat stat, string? handle) => new()
    {
        HostId = HostId,
        BootId = BootId,
        PidNamespace = PidNamespace,
        PidNamespaceStartTicks = PidNamespaceStartTicks,
        Pid = stat.Pid,
        StartTicks = stat.StartTicks,
        PidfsHandle = handle,
    };
}
