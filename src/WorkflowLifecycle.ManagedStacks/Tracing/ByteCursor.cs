using System.Buffers.Binary;
using System.Text;

namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>Reads a stretch of bytes that somebody else wrote, and never a byte beside it.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private const int CharacterSize = 2;
    private const int BitsOfAByte = 7;
    private const int LongestNumber = 64;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes were read.</summary>
    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position == _bytes.Length;

    public byte ReadByte() => Read(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Read(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Read(sizeof(int)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(sizeof(ulong)));

    public ulong ReadAddress(int size) => size == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(Read(size)) : ReadUInt64();

    /// <summary>A number in as many bytes as it needs, the low bits first.</summary>
    public ulong ReadNumber()
    {
        ulong number = 0;
        for (int shift = 0; shift < LongestNumber; shift += BitsOfAByte)
        {
            byte part = ReadByte();
            number |= (ulong)(part & 0x7F) << shift;
            if ((part & 0x80) == 0)
            {
                return number;
            }
        }

        throw new InvalidDataException("a number has no end");
    }

    /// <summary>UTF-16 up to a zero.</summary>
    public string ReadText()
    {
        ReadOnlySpan<byte> rest = _bytes[Position..];
        for (int length = 0; length + CharacterSize <= rest.Length; length += CharacterSize)
        {
            if (rest[length] == 0 && rest[length + 1] == 0)
            {
                Position += length + CharacterSize;
                return Encoding.Unicode.GetString(rest[..length]);
            }
        }

        throw new InvalidDataException("a text has no end");
    }

    public void Skip(int count) => Read(count);

    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public ReadOnlySpan<byte> Read(int count)
    {
        if (count < 0 || count > _bytes.Length - Position)
        {
            throw new InvalidDataException("it ends too early");
        }

        ReadOnlySpan<byte> read = _bytes.Slice(Position, count);
        Position += count;
        return read;
    }
}
