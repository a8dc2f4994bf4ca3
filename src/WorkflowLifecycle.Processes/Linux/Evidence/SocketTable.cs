using System.Globalization;
using System.Net;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>The sockets of one network namespace, as far as they were asked for.</summary>
internal sealed class SocketTable
{
    private const string ListeningFlags = "00010000";

    private static readonly string[] _tcpStates =
        ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"];

    private static readonly string[] _unixStates = ["", "UNCONNECTED", "CONNECTING", "CONNECTED", "DISCONNECTING"];

    private readonly Dictionary<long, SocketEvidence> _found = [];

    /// <summary>Reads it from inside one of its processes.</summary>
    public static SocketTable Read(int pid, IReadOnlySet<long> wanted)
    {
        SocketTable table = new();
        foreach (string protocol in (string[])["tcp", "tcp6", "udp", "udp6"])
        {
            table.AddInternet(pid, protocol, wanted);
        }

        table.AddLocal(pid, wanted);
        return table;
    }

    public SocketEvidence Describe(int descriptor, long inode) =>
        _found.TryGetValue(inode, out SocketEvidence? socket) ? socket with { Descriptor = descriptor } : new SocketEvidence { Descriptor = descriptor, Protocol = "socket" };

    // sl local remote st queues timer retransmits uid timeout inode ...
    private void AddInternet(int pid, string protocol, IReadOnlySet<long> wanted)
    {
        foreach (string[] fields in Lines(pid, protocol))
        {
            if (fields.Length > 9 && long.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out long inode) && wanted.Contains(inode))
            {
                string? remote = Address(fields[2]);
                _found[inode] = new SocketEvidence
                {
                    Descriptor = 0,
                    Protocol = protocol,
                    Local = Address(fields[1]),
                    Remote = remote?.EndsWith(":0", StringComparison.Ordinal) == true ? null : remote,
                    State = protocol[0] == 't' ? State(_tcpStates, fields[3]) : null,
                };
            }
        }
    }

    // Num: RefCount Protocol Flags Type St Inode Path
    private void AddLocal(int pid, IReadOnlySet<long> wanted)
    {
        foreach (string[] fields in Lines(pid, "unix"))
        {
            if (fields.Length > 6 && long.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out long inode) && wanted.Contains(inode))
            {
                _found[inode] = new SocketEvidence
                {
                    Descriptor = 0,
                    Protocol = "unix",
                    Local = fields.Length > 7 ? string.Join(' ', fields[7..]) : null,
                    State = fields[3] == ListeningFlags ? "LISTEN" : State(_unixStates, fields[5]),
                };
            }
        }
    }

    private static IEnumerable<string[]> Lines(int pid, string name)
    {
        string text = SmallFile.ReadText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net/{name}")) ?? string.Empty;
        return text.Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string? State(string[] states, string number) =>
        int.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int state) && state < states.Length ? states[state] : null;

    // Words of 32 bits in the byte order of the machine, which on both architectures is the little one.
    private static string? Address(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int port))
        {
            return null;
        }

        byte[] bytes = Convert.FromHexString(text.AsSpan(0, colon));
        for (int word = 0; word < bytes.Length; word += 4)
        {
            Array.Reverse(bytes, word, 4);
        }

        return new IPEndPoint(new IPAddress(bytes), port).ToString();
    }
}
