using System.Globalization;
using System.Net;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>The kernel's lists of sockets, by <c>/proc/PID/net</c>: those of the network namespace of that process.</summary>
internal static class SocketTable
{
    private const string Listening = "0A";
    private const string Unconnected = "07";
    private const string Datagram = "0002";
    private const uint AcceptsConnections = 0x10000;
    private const int ColumnsOfInternet = 10;
    private const int ColumnsOfUnix = 8;

    /// <summary>The sockets that can be reached, as that process sees them.</summary>
    public static IEnumerable<BoundSocket> Read(string process) =>
    [
        .. ParseInternet(Text(process, "tcp"), "tcp", Listening),
        .. ParseInternet(Text(process, "tcp6"), "tcp", Listening),
        .. ParseInternet(Text(process, "udp"), "udp", Unconnected),
        .. ParseInternet(Text(process, "udp6"), "udp", Unconnected),
        .. ParseUnix(Text(process, "unix")),
    ];

    public static IEnumerable<BoundSocket> ParseInternet(string table, string kind, string state)
    {
        foreach (string line in table.Split('\n').Skip(1))
        {
            // sl, local address, remote address, state, queues, timer, retransmissions, uid, timeout, inode.
            string[] columns = line.Split(' ', ColumnsOfInternet + 1, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length >= ColumnsOfInternet && columns[3] == state
                && ulong.TryParse(columns[9], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) && ParseAddress(columns[1]) is { } address)
            {
                yield return new BoundSocket(kind, address, inode);
            }
        }
    }

    public static IEnumerable<BoundSocket> ParseUnix(string table)
    {
        foreach (string line in table.Split('\n').Skip(1))
        {
            // Num, references, protocol, flags, type, state, inode, path: the last one keeps its blanks.
            string[] columns = line.Split(' ', ColumnsOfUnix, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length == ColumnsOfUnix
                && uint.TryParse(columns[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint flags)
                && ((flags & AcceptsConnections) != 0 || columns[4] == Datagram)
                && ulong.TryParse(columns[6], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
            {
                yield return new BoundSocket(BoundSocket.Unix, columns[7], inode);
            }
        }
    }

    // Words of 32 bits as the processor keeps them, then the port.
    private static string? ParseAddress(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int port))
        {
            return null;
        }

        byte[] bytes = Convert.FromHexString(text.AsSpan(0, colon));
        for (int word = 0; word < bytes.Length && BitConverter.IsLittleEndian; word += 4)
        {
            bytes.AsSpan(word, 4).Reverse();
        }

        return new IPEndPoint(new IPAddress(bytes), port).ToString();
    }

    private static string Text(string process, string table) => SmallFile.ReadText($"/proc/{process}/net/{table}") ?? string.Empty;
}
