using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>A socket that others can reach: a listening TCP port, a UDP port, a Unix socket with a name of its own.</summary>
/// <param name="Kind">One of <c>tcp</c>, <c>udp</c> and <c>unix</c>.</param>
/// <param name="Address">Where: <c>127.0.0.1:8080</c>, a path, or <c>@</c> and a name for an abstract socket.</param>
/// <param name="Inode">The kernel's number of it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BoundSocket(string Kind, string Address, ulong Inode)
{
    public const string Tcp = "tcp";
    public const string Udp = "udp";
    public const string Unix = "unix";

    /// <summary>The id of the cgroup in which it was made; null where the kernel does not tell.</summary>
    public ulong? Cgroup { get; init; }

    /// <summary>True for a UDP socket that has one partner: it holds its port, and nobody else is heard there.</summary>
    public bool IsConnected { get; init; }

    /// <summary>True for a Unix socket that takes datagrams.</summary>
    public bool TakesDatagrams { get; init; }

    public bool HasPath => Kind == Unix && !Address.StartsWith('@');

    public override string ToString() => $"{Kind} {Address}";
}
