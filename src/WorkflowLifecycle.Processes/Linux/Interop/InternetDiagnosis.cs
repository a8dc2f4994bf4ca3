using System.Buffers.Binary;
using System.Net;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>
/// Lists TCP and UDP sockets of our own network namespace by sock_diag(7). Unlike <c>/proc/net</c> it lists listening sockets without walking the connections,
/// and since Linux 5.7 it tells the cgroup in which each was made.
/// </summary>
internal static class InternetDiagnosis
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Version4 = 2;
    public const byte Version6 = 10;

    private const ushort CgroupAttribute = 21;
    private const int RequestLength = DiagnosisMessage.HeaderLength + 56;
    private const int BodyLength = 72;
    private const int LargestAnswer = 64 * 1024;
    private const int ReportTruncation = 0x20;
    private const int CookieOffset = 48;

    /// <summary>Those of a family and protocol in some states; null when the kernel does not list them.</summary>
    /// <param name="family">Version 4 or 6.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="states">A bit for each state.</param>
    public static unsafe IReadOnlyList<DiagnosedSocket>? List(byte family, byte protocol, uint states)
    {
        using FileDescriptor socket = DiagnosisMessage.OpenSocket();
        byte* request = stackalloc byte[RequestLength];
        Compose(new Span<byte>(request, RequestLength), family, protocol, states);
        if (socket.IsInvalid || Libc.Send(socket, request, RequestLength, 0) != RequestLength)
        {
            return null;
        }

        List<DiagnosedSocket> found = [];
        byte[] buffer = new byte[LargestAnswer];
        fixed (byte* answer = buffer)
        {
            while (true)
            {
                nint length = Libc.Receive(socket, answer, LargestAnswer, ReportTruncation);
                if (length is < DiagnosisMessage.HeaderLength or > LargestAnswer || Add(found, buffer.AsSpan(0, (int)length)) is not { } isDone)
                {
                    return null;
                }

                if (isDone)
                {
                    return found;
                }
            }
        }
    }

    private static void Compose(Span<byte> request, byte family, byte protocol, uint states)
    {
        request.Clear();
        DiagnosisMessage.WriteHeader(request, DiagnosisMessage.Dump);

        // struct inet_diag_req_v2: family, protocol, extensions, padding, states, socket id (its cookie -1 = any).
        Span<byte> body = request[DiagnosisMessage.HeaderLength..];
        body[0] = family;
        body[1] = protocol;
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], states);
        BinaryPrimitives.WriteUInt64LittleEndian(body[CookieOffset..], ulong.MaxValue);
    }

    // Null when the kernel refuses; else whether that was all.
    private static bool? Add(List<DiagnosedSocket> found, ReadOnlySpan<byte> answer)
    {
        while (answer.Length >= DiagnosisMessage.HeaderLength)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(answer);
            ushort type = DiagnosisMessage.TypeOf(answer);
            if (type == DiagnosisMessage.Error || length < DiagnosisMessage.HeaderLength || length > answer.Length)
            {
                return null;
            }

            if (type == DiagnosisMessage.Done)
            {
                // A walk that failed on its way ends with its error.
                return length < DiagnosisMessage.HeaderLength + sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(answer[DiagnosisMessage.HeaderLength..]) >= 0 ? true : null;
            }

            if (type == DiagnosisMessage.ByFamily && length >= DiagnosisMessage.HeaderLength + BodyLength)
            {
                found.Add(Parse(answer[DiagnosisMessage.HeaderLength..length]));
            }

            answer = answer[Math.Min(answer.Length, DiagnosisMessage.Align(length))..];
        }

        return false;
    }

    // struct inet_diag_msg: family 0, state 1; source port 4, source address 8 (both as in a packet); inode 68; then attributes.
    private static DiagnosedSocket Parse(ReadOnlySpan<byte> body)
    {
        IPAddress address = new(body.Slice(8, body[0] == Version6 ? 16 : 4));
        ReadOnlySpan<byte> cgroup = DiagnosisMessage.Attribute(body[BodyLength..], CgroupAttribute);
        return new DiagnosedSocket(
            new IPEndPoint(address, BinaryPrimitives.ReadUInt16BigEndian(body[4..])),
            body[1],
            BinaryPrimitives.ReadUInt32LittleEndian(body[68..]),
            cgroup.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(cgroup) : null);
    }
}
