using System.Buffers.Binary;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>One datagram. Fields that a shorter message lacks read as zero, as the protocol's compatibility rule says.</summary>
internal sealed record ShimMessage(ShimMessageType Type, uint Sequence, ReadOnlyMemory<byte> Payload)
{
    public const int HeaderSize = 8;
    public const ushort Version = 1;

    public static ShimMessage? Parse(ReadOnlySpan<byte> datagram) =>
        datagram.Length < HeaderSize
            ? null
            : new ShimMessage(
                (ShimMessageType)BinaryPrimitives.ReadUInt16LittleEndian(datagram),
                BinaryPrimitives.ReadUInt32LittleEndian(datagram[4..]),
                datagram[HeaderSize..].ToArray());

    public static byte[] Compose(ShimMessageType type, uint sequence, ReadOnlySpan<byte> payload)
    {
        byte[] datagram = new byte[HeaderSize + payload.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(datagram, (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(datagram.AsSpan(2), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(datagram.AsSpan(4), sequence);
        payload.CopyTo(datagram.AsSpan(HeaderSize));
        return datagram;
    }

    public uint UInt32(int offset) => Payload.Length >= offset + 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Payload.Span[offset..]) : 0;

    public ushort UInt16(int offset) => Payload.Length >= offset + 2 ? BinaryPrimitives.ReadUInt16LittleEndian(Payload.Span[offset..]) : (ushort)0;

    public ulong UInt64(int offset) => Payload.Length >= offset + 8 ? BinaryPrimitives.ReadUInt64LittleEndian(Payload.Span[offset..]) : 0;

    public int Int32(int offset) => (int)UInt32(offset);
}
