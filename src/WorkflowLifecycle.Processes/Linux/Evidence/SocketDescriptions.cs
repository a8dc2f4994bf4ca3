using System.Globalization;
using WorkflowLifecycle.Processes.Linux.NetTables;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>The sockets of one network namespace, as far as they were asked for.</summary>
internal sealed class SocketDescriptions
{
    private static readonly string[] _tcpStates =
        ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"];

    private static readonly string[] _unixStates = ["", "UNCONNECTED", "CONNECTING", "CONNECTED", "DISCONNECTING"];

    private readonly Dictionary<long, SocketEvidence> _found = [];

    /// <summary>True when the lists were not read to their end, as the time was up or one can't be read, and some were not found by then.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads it from inside one of its processes, until all are found or the time is up.</summary>
    public static SocketDescriptions Read(int pid, IReadOnlySet<long> wanted, Deadline until)
    {
        SocketDescriptions found = new();
        string process = pid.ToString(CultureInfo.InvariantCulture);
        try
        {
            foreach (string protocol in (string[])["tcp", "tcp6", "udp", "udp6"])
            {
                foreach (string line in NetTable.ReadLines(process, protocol, GoOn))
                {
                    found.AddInternet(line, protocol, wanted);
                }
            }

            foreach (string line in NetTable.ReadLines(process, "unix", GoOn))
            {
                found.AddLocal(line, wanted);
            }
        }
        catch (IOException)
        {
            // What could be read is told, and that it is not all.
            found.IsCut = true;
        }

        return found;

        bool GoOn()
        {
            bool isMissing = found._found.Count < wanted.Count;
            found.IsCut |= isMissing && until.IsOver;
            return isMissing && !until.IsOver;
        }
    }

    public SocketEvidence Describe(int descriptor, long inode) =>
        _found.TryGetValue(inode, out SocketEvidence? socket) ? socket with { Descriptor = descriptor } : new SocketEvidence { Descriptor = descriptor, Protocol = "socket" };

    private void AddInternet(string line, string protocol, IReadOnlySet<long> wanted)
    {
        if (InternetLine.TryParse(line, out InternetLine socket) && wanted.Contains((long)socket.Inode))
        {
            _found[(long)socket.Inode] = new SocketEvidence
            {
                Descriptor = 0,
                Protocol = protocol,
                Local = socket.Local,
                Remote = socket.Remote,
                State = protocol[0] == 't' ? Word(_tcpStates, socket.State) : null,
            };
        }
    }

    private void AddLocal(string line, IReadOnlySet<long> wanted)
    {
        if (UnixLine.TryParse(line, out UnixLine socket) && wanted.Contains((long)socket.Inode))
        {
            _found[(long)socket.Inode] = new SocketEvidence
            {
                Descriptor = 0,
                Protocol = "unix",
                Local = socket.Path,
                State = socket.IsListening ? "LISTEN" : Word(_unixStates, socket.State),
            };
        }
    }

    private static string? Word(string[] states, int state) => state < states.Length ? states[state] : null;
}
