using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>What questions to sock_diag(7) have in common: the netlink socket, the head of a message, the attributes at its end.</summary>
internal static partial class DiagnosisMessage
{
    public const int HeaderLength = 16;
    public const ushort ByFamily = 20;
    public const ushort Error = 2;
    public const ushort Done = 3;
    public const ushort Request = 1;
    public const ushort Dump = 0x300;

    private const int Netlink = 16;
    private const int Raw = 3;
    private const int SocketDiag = 4;
    private const int AttributeHeader = 4;

    /// <summary>A socket to ask by; invalid where there is none to be had.</summary>
    public static FileDescriptor OpenSocket()
    {
        FileDescriptor socket = OpenSocket(Netlink, Raw | Libc.OpenCloseOnExec, SocketDiag);
        while (socket.IsInvalid && DescriptorReserve.Release(Marshal.GetLastPInvokeError()))
        {
            socket.Dispose();
            socket = OpenSocket(Netlink, Raw | Libc.OpenCloseOnExec, SocketDiag);
        }

        return socket;
    }

    /// <summary>Writes struct nlmsghdr: length, type, flags, sequence, port.</summary>
    public static void WriteHeader(Span<byte> message, ushort flags)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], ByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], (ushort)(Request | flags));
    }

    public static ushort TypeOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);

    /// <summary>The value of an attribute; empty when it is not there.</summary>
    public static ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= AttributeHeader)
        {
            ushort length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < AttributeHeader || length > attributes.Length)
            {
                return default;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) == type)
            {
                return attributes[AttributeHeader..length];
            }

            attributes = attributes[Math.Min(attributes.Length, Align(length))..];
        }

        return default;
    }

    /// <summary>Where the next thing begins: each is padded to four bytes.</summary>
    public static int Align(int length) => (length + 3) & ~3;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor OpenSocket(int domain, int type, int protocol);
}
