using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>Who has which socket, by the descriptors of processes that may be looked into.</summary>
internal sealed class SocketHolders
{
    private const string Prefix = "socket:[";

    private readonly Dictionary<ulong, HashSet<ProcessKey>> _holders = [];

    /// <summary>Everybody who has one.</summary>
    public IEnumerable<ProcessKey> Processes => _holders.Values.SelectMany(static holders => holders).Distinct();

    public IReadOnlyCollection<ProcessKey> Of(ulong inode) => _holders.TryGetValue(inode, out HashSet<ProcessKey>? holders) ? holders : [];

    /// <summary>A look at all processes of the machine; null when the time is up first.</summary>
    public static SocketHolders? Find(LookTime time)
    {
        SocketHolders found = new();
        foreach (ProcStat stat in ProcessTable.Read().Stats.Values)
        {
            if (time.IsUp())
            {
                return null;
            }

            // Read under a number: what was read counts only when it was that process' all the while.
            if (InodesOf(stat.Pid) is { } inodes && ProcessReader.TryReadStat(stat.Pid, out ProcStat now) && now.StartTicks == stat.StartTicks)
            {
                found.Add(ProcessKey.Of(stat), inodes);
            }
        }

        return found;
    }

    /// <summary>A look at the processes of a run alone, as far as the time goes.</summary>
    public static SocketHolders Of(RunProcesses processes, LookTime time)
    {
        SocketHolders found = new();
        foreach ((ProcessKey process, IReadOnlyList<ulong> inodes) in processes.Read(InodesOf, time))
        {
            found.Add(process, inodes);
        }

        return found;
    }

    /// <summary>The network namespace of a process (<c>self</c> for our own); null when it can't be read.</summary>
    public static string? NamespaceOf(string process) => ProcLink.Read($"/proc/{process}/ns/net");

    /// <summary>The number of the socket that a descriptor is; null when it is none.</summary>
    public static ulong? InodeOf(int pid, string descriptor) =>
        ProcLink.Read(OpenDescriptors.PathOf(pid, descriptor)) is { } link && link.StartsWith(Prefix, StringComparison.Ordinal)
            && ulong.TryParse(link.AsSpan(Prefix.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : null;

    private static IReadOnlyList<ulong>? InodesOf(int pid) =>
        OpenDescriptors.Of(pid).Select(descriptor => InodeOf(pid, descriptor)).OfType<ulong>().ToList() is { Count: > 0 } inodes ? inodes : null;

    private void Add(ProcessKey process, IReadOnlyList<ulong> inodes)
    {
        foreach (ulong inode in inodes)
        {
            if (!_holders.TryGetValue(inode, out HashSet<ProcessKey>? holders))
            {
                _holders[inode] = holders = [];
            }

            holders.Add(process);
        }
    }
}
