using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.NetTables;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>The sockets of a network namespace that can be reached. Of our own the kernel is asked; of others <c>/proc/PID/net</c> tells.</summary>
internal static class BoundSockets
{
    /// <summary>The name for this process, and so for our own namespace.</summary>
    public const string Self = "self";

    /// <summary>All of them, as a process sees them.</summary>
    public static IReadOnlyList<BoundSocket> Read(string process, Func<bool> goOn) =>
    [
        .. ReadPorts(process, BoundSocket.Tcp, InternetDiagnosis.Version4, goOn),
        .. ReadPorts(process, BoundSocket.Tcp, InternetDiagnosis.Version6, goOn),
        .. ReadPorts(process, BoundSocket.Udp, InternetDiagnosis.Version4, goOn),
        .. ReadPorts(process, BoundSocket.Udp, InternetDiagnosis.Version6, goOn),
        .. ReadUnix(process, goOn),
    ];

    /// <summary>Those of our own namespace that wait for others: not UDP sockets that are connected.</summary>
    public static IEnumerable<BoundSocket> ReadOwn() => Read(Self, static () => true).Where(socket => !socket.IsConnected);

    /// <summary>Unix sockets with a name of their own: those that take connections or datagrams, or are bound and may do so later. What was accepted has the name of another.</summary>
    public static IEnumerable<BoundSocket> ReadUnix(string process, Func<bool> goOn)
    {
        foreach (string line in NetTable.ReadLines(process, BoundSocket.Unix, goOn))
        {
            if (UnixLine.TryParse(line, out UnixLine socket) && socket.Path is { } path && (socket.IsListening || socket.Type == UnixLine.Datagram || socket.State == UnixLine.Unconnected))
            {
                yield return new BoundSocket(BoundSocket.Unix, path, socket.Inode) { TakesDatagrams = socket.Type == UnixLine.Datagram };
            }
        }
    }

    private static IEnumerable<BoundSocket> ReadPorts(string process, string kind, byte family, Func<bool> goOn)
    {
        int[] states = kind == BoundSocket.Tcp ? [InternetLine.Listening] : [InternetLine.Unconnected, InternetLine.Established];
        if (process == Self
            && InternetDiagnosis.List(family, kind == BoundSocket.Tcp ? InternetDiagnosis.Tcp : InternetDiagnosis.Udp, states.Aggregate(0u, (bits, state) => bits | (1u << state))) is { } listed)
        {
            return listed.Select(socket => new BoundSocket(kind, socket.Local.ToString(), socket.Inode)
            {
                Cgroup = socket.Cgroup,
                IsConnected = socket.State == InternetLine.Established,
            });
        }

        return NetTable.ReadLines(process, family == InternetDiagnosis.Version4 ? kind : kind + "6", goOn)
            .Select(line => InternetLine.TryParse(line, out InternetLine socket) ? socket : default)
            .Where(socket => states.Contains(socket.State) && socket.Local is not null)
            .Select(socket => new BoundSocket(kind, socket.Local!, socket.Inode) { IsConnected = socket.State == InternetLine.Established });
    }
}
