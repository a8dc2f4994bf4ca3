using System.Buffers.Binary;
using System.Text;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>One datagram of the shim, read by offset as PROTOCOL.md lays it out.</summary>
internal sealed record Message
{
    public required MessageType Type { get; init; }
    public required uint Seq { get; init; }
    public required byte[] Payload { get; init; }

    public static Message Parse(byte[] datagram) => new()
    {
        Type = (MessageType)BinaryPrimitives.ReadUInt16LittleEndian(datagram),
        Seq = BinaryPrimitives.ReadUInt32LittleEndian(datagram.AsSpan(4)),
        Payload = datagram[8..],
    };

    public static byte[] Compose(MessageType type, uint seq, ReadOnlySpan<byte> payload)
    {
        byte[] datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(datagram, (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(datagram.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(datagram.AsSpan(4), seq);
        payload.CopyTo(datagram.AsSpan(8));
        return datagram;
    }

    public static byte[] Numbers(params ReadOnlySpan<uint> numbers)
    {
        byte[] payload = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4 * i), numbers[i]);
        return payload;
    }

    public uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Payload.AsSpan(offset));

    public int I32(int offset) => BinaryPrimitives.ReadInt32LittleEndian(Payload.AsSpan(offset));

    public ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Payload.AsSpan(offset));

    public ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Payload.AsSpan(offset));

    public string Text => Encoding.UTF8.GetString(Payload);
}
