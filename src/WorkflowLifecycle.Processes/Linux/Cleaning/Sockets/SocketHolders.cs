using System.Globalization;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>Who has which socket, by the descriptors of all processes that may be looked into.</summary>
internal sealed class SocketHolders
{
    private const string Prefix = "socket:[";
    private const int LongestLink = 1024;

    private readonly Dictionary<ulong, HashSet<ProcessKey>> _holders = [];

    /// <summary>Every socket that somebody has.</summary>
    public IEnumerable<ulong> Inodes => _holders.Keys;

    public IReadOnlyCollection<ProcessKey> Of(ulong inode) => _holders.TryGetValue(inode, out HashSet<ProcessKey>? holders) ? holders : [];

    public static SocketHolders Find(CancellationToken cancellationToken)
    {
        SocketHolders found = new();
        foreach (ProcStat stat in ProcessTable.Read().Stats.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<ulong> inodes = [.. OpenDescriptors.Of(stat.Pid).Select(descriptor => InodeOf(stat.Pid, descriptor)).OfType<ulong>()];

            // Read under a number: what was read counts only when it was that process' all the while.
            if (inodes.Count == 0 || !ProcessReader.TryReadStat(stat.Pid, out ProcStat now) || now.StartTicks != stat.StartTicks)
            {
                continue;
            }

            foreach (ulong inode in inodes)
            {
                if (!found._holders.TryGetValue(inode, out HashSet<ProcessKey>? holders))
                {
                    found._holders[inode] = holders = [];
                }

                holders.Add(ProcessKey.Of(stat));
            }
        }

        return found;
    }

    /// <summary>The network namespace of a process (<c>self</c> for our own); null when it can't be read.</summary>
    public static string? NamespaceOf(string process) => ReadLink($"/proc/{process}/ns/net");

    /// <summary>The number of the socket that a descriptor is; null when it is none.</summary>
    public static ulong? InodeOf(int pid, string descriptor) =>
        ReadLink(OpenDescriptors.PathOf(pid, descriptor)) is { } link && link.StartsWith(Prefix, StringComparison.Ordinal)
            && ulong.TryParse(link.AsSpan(Prefix.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : null;

    /// <summary>The target of a short link; null when it can't be read.</summary>
    public static unsafe string? ReadLink(string path)
    {
        byte* buffer = stackalloc byte[LongestLink];
        nint length = Libc.ReadLink(path, buffer, LongestLink);
        return length <= 0 ? null : Encoding.UTF8.GetString(buffer, (int)length);
    }
}
