using System.Buffers.Binary;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Asks the kernel which file a Unix socket is bound to (sock_diag(7)). The path that it is listed with may be another file's by now.</summary>
internal static class SocketDiagnosis
{
    private const byte UnixFamily = 1;
    private const uint ShowFile = 2;
    private const ushort FileAttribute = 1;
    private const int RequestLength = DiagnosisMessage.HeaderLength + 24;
    private const int AttributesStart = DiagnosisMessage.HeaderLength + 16;
    private const int LargestAnswer = 4096;
    private const int MinorBits = 20;

    /// <summary>The low half of the file's inode, and its device; null when the socket is not there, has no file, or the kernel does not tell.</summary>
    public static unsafe (uint Inode, uint Major, uint Minor)? FileOf(ulong socketInode)
    {
        using FileDescriptor socket = DiagnosisMessage.OpenSocket();
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
        DiagnosisMessage.WriteHeader(request, 0);

        // struct unix_diag_req: family, protocol, padding, states, inode, what to show, cookie (-1 = any).
        Span<byte> body = request[DiagnosisMessage.HeaderLength..];
        body[0] = UnixFamily;
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], inode);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], ShowFile);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], ulong.MaxValue);
    }

    private static (uint Inode, uint Major, uint Minor)? Parse(ReadOnlySpan<byte> answer)
    {
        // struct unix_diag_vfs: inode, device.
        if (DiagnosisMessage.TypeOf(answer) != DiagnosisMessage.ByFamily
            || DiagnosisMessage.Attribute(answer[AttributesStart..], FileAttribute) is not { Length: >= 8 } file)
        {
            return null;
        }

        uint device = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        return (BinaryPrimitives.ReadUInt32LittleEndian(file), device >> MinorBits, device & ((1u << MinorBits) - 1));
    }
}
