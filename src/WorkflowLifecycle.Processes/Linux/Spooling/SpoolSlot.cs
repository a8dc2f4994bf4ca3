using System.Buffers.Binary;
using System.Security.Cryptography;

namespace WorkflowLifecycle.Processes.Linux.Spooling;

/// <summary>
/// One place of a lane, and its form: mark (4 bytes), length of the payload (4), number (8), time in Unix milliseconds (8), hash of the entry
/// before (32), hash of all that but the mark with the payload (32), payload. Settling changes the mark alone, so that the chain stays.
/// </summary>
internal sealed record SpoolSlot(int Index, SlotKind Kind, long Sequence, DateTimeOffset At, byte[] Previous, byte[] Hash, byte[] Payload)
{
    public const int Size = 8 * 1024;
    public const int MarkLength = 4;

    private const int HashAt = 56;
    private const int PayloadAt = 88;

    // Nobody's clock says so; what is out of the range of dates was not written by us.
    private const long LatestTime = 253_402_300_799_999;

    public static ReadOnlySpan<byte> LiveMark => "WLS1"u8;

    public static ReadOnlySpan<byte> SettledMark => "WLM1"u8;

    /// <summary>The hash that the first entry of a lane follows.</summary>
    public static byte[] Origin { get; } = new byte[SHA256.HashSizeInBytes];

    public static byte[] Encode(long sequence, DateTimeOffset at, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> payload)
    {
        // The whole place: no rest of an older entry stays behind it.
        byte[] slot = new byte[Size];
        LiveMark.CopyTo(slot);
        BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(4), (uint)payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(8), sequence);
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(16), at.ToUnixTimeMilliseconds());
        previous.CopyTo(slot.AsSpan(24));
        payload.CopyTo(slot.AsSpan(PayloadAt));
        HashOf(slot, payload.Length).CopyTo(slot.AsSpan(HashAt));
        return slot;
    }

    public static SpoolSlot Decode(int index, ReadOnlySpan<byte> slot)
    {
        if (!slot.ContainsAnyExcept((byte)0))
        {
            return new(index, SlotKind.Free, 0, default, Origin, Origin, []);
        }

        SpoolSlot damaged = new(index, SlotKind.Damaged, 0, default, Origin, Origin, []);
        bool isLive = slot.StartsWith(LiveMark);
        if (slot.Length <= PayloadAt || (!isLive && !slot.StartsWith(SettledMark)))
        {
            return damaged;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]);
        long time = BinaryPrimitives.ReadInt64LittleEndian(slot[16..]);
        if (length == 0 || length > slot.Length - PayloadAt || time is < 0 or > LatestTime
            || !HashOf(slot, (int)length).AsSpan().SequenceEqual(slot[HashAt..PayloadAt]))
        {
            return damaged;
        }

        return new SpoolSlot(
            index,
            isLive ? SlotKind.Live : SlotKind.Settled,
            BinaryPrimitives.ReadInt64LittleEndian(slot[8..]),
            DateTimeOffset.FromUnixTimeMilliseconds(time),
            slot[24..HashAt].ToArray(),
            slot[HashAt..PayloadAt].ToArray(),
            slot.Slice(PayloadAt, (int)length).ToArray());
    }

    private static byte[] HashOf(ReadOnlySpan<byte> slot, int length)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(slot[MarkLength..HashAt]);
        hash.AppendData(slot.Slice(PayloadAt, length));
        return hash.GetHashAndReset();
    }
}
