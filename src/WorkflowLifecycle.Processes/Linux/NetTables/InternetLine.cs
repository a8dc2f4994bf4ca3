using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.NetTables;

/// <summary>A line of <c>/proc/PID/net/tcp</c> or <c>udp</c>, and of those of version 6.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct InternetLine(string LocalText, string RemoteText, int State, ulong Inode)
{
    public const int Established = 1;
    public const int Unconnected = 7;
    public const int Listening = 10;

    private const int Columns = 10;

    /// <summary>Address and port; null when they can't be read.</summary>
    public string? Local => Parse(LocalText);

    /// <summary>The other end; null where there is none.</summary>
    public string? Remote => Parse(RemoteText) is { } remote && !remote.EndsWith(":0", StringComparison.Ordinal) ? remote : null;

    public static bool TryParse(string line, out InternetLine socket)
    {
        // sl, local address, remote address, state, queues, timer, retransmissions, uid, timeout, inode.
        Span<Range> columns = stackalloc Range[Columns + 1];
        socket = default;
        if (line.AsSpan().Split(columns, ' ', StringSplitOptions.RemoveEmptyEntries) < Columns
            || !int.TryParse(line.AsSpan()[columns[3]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int state)
            || !ulong.TryParse(line.AsSpan()[columns[9]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
        {
            return false;
        }

        socket = new InternetLine(line[columns[1]], line[columns[2]], state, inode);
        return true;
    }

    // Words of 32 bits as the processor keeps them, then the port.
    private static string? Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int port))
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
}
