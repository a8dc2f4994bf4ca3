using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Evidence;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>Who has which socket, by the descriptors of processes that may be looked into.</summary>
internal sealed class SocketHolders
{
    private const string Prefix = "socket:[";

    private static readonly Dictionary<ProcessKey, int> _nobody = [];

    private readonly Dictionary<ulong, Dictionary<ProcessKey, int>> _holders = [];

    /// <summary>Everybody who has one.</summary>
    public IEnumerable<ProcessKey> Processes => _holders.Values.SelectMany(static holders => holders.Keys).Distinct();

    public IReadOnlyCollection<ProcessKey> Of(ulong inode) => (_holders.GetValueOrDefault(inode) ?? _nobody).Keys;

    /// <summary>Who has one, each with a descriptor by which.</summary>
    public IReadOnlyDictionary<ProcessKey, int> DescriptorsOf(ulong inode) => _holders.GetValueOrDefault(inode) ?? _nobody;

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
        foreach ((ProcessKey process, IReadOnlyDictionary<ulong, int> inodes) in processes.Read(InodesOf, time))
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

    private static Dictionary<ulong, int>? InodesOf(int pid)
    {
        Dictionary<ulong, int>? inodes = null;
        foreach (int descriptor in DescriptorList.Of(pid))
        {
            if (InodeOf(pid, descriptor.ToString(CultureInfo.InvariantCulture)) is { } inode)
            {
                (inodes ??= [])[inode] = descriptor;
            }
        }

        return inodes;
    }

    private void Add(ProcessKey process, IReadOnlyDictionary<ulong, int> inodes)
    {
        foreach ((ulong inode, int descriptor) in inodes)
        {
            if (!_holders.TryGetValue(inode, out Dictionary<ProcessKey, int>? holders))
            {
                _holders[inode] = holders = [];
            }

            holders[process] = descriptor;
        }
    }
}
