using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Asks the kernel which file a Unix socket is bound to (sock_diag(7)). The path that it is listed with may be another file's by now.</summary>
internal static partial class SocketDiagnosis
{
    private const int Netlink = 16;
    private const int Raw = 3;
    private const int SocketDiag = 4;
    private const ushort ByFamily = 20;
    private const ushort Request = 1;
    private const byte UnixFamily = 1;
    private const uint ShowFile = 2;
    private const ushort FileAttribute = 1;
    private const int HeaderLength = 16;
    private const int RequestLength = HeaderLength + 24;
    private const int AttributesStart = HeaderLength + 16;
    private const int LargestAnswer = 4096;
    private const int MinorBits = 20;

    /// <summary>The low half of the file's inode, and its device; null when the socket is not there, has no file, or the kernel does not tell.</summary>
    public static unsafe (uint Inode, uint Major, uint Minor)? FileOf(ulong socketInode)
    {
        using FileDescriptor socket = OpenSocket(Netlink, Raw | Libc.OpenCloseOnExec, SocketDiag);
        if (socket.IsInvalid || socketInode > uint.MaxValue)
        {
            return null;
        }

        byte* request = stackalloc byte[RequestLength];
        Compose(new Span<byte>(request, RequestLength), (uint)socketInode);
        if (Libc.Send(socket, request, RequestLength, 0) != RequestLength)
        {
            return null;
        }

        byte* answer = stackalloc byte[LargestAnswer];
        nint length = Libc.Receive(socket, answer, LargestAnswer, 0);
        return length < AttributesStart ? null : Parse(new ReadOnlySpan<byte>(answer, (int)length));
    }

    private static void Compose(Span<byte> request, uint inode)
    {
        request.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(request, RequestLength);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], ByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], Request);

        // struct unix_diag_req: family, protocol, padding, states, inode, what to show, cookie (-1 = any).
        Span<byte> body = request[HeaderLength..];
        body[0] = UnixFamily;
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], inode);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], ShowFile);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], ulong.MaxValue);
    }

    private static (uint Inode, uint Major, uint Minor)? Parse(ReadOnlySpan<byte> answer)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(answer[4..]) != ByFamily)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = answer[AttributesStart..];
        while (rest.Length >= 4)
        {
            ushort length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (length < 4 || length > rest.Length)
            {
                return null;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) == FileAttribute && length >= 12)
            {
                uint device = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
                return (BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]), device >> MinorBits, device & ((1u << MinorBits) - 1));
            }

            rest = rest[Math.Min(rest.Length, (length + 3) & ~3)..];
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor OpenSocket(int domain, int type, int protocol);
}
