using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WorkflowLifecycle.Sqlite;

/// <summary>
/// Cursors of one store: the row after which a page goes on, and a checksum with the store's name, so that a cursor that was cut, guessed
/// or comes from another store is told from one of ours.
/// </summary>
internal sealed class PageCursor
{
    private const int IdBytes = sizeof(long);
    private const int ChecksumBytes = 4;

    private readonly byte[] _store;

    public PageCursor(string storeId) => _store = Encoding.UTF8.GetBytes(storeId);

    public string Write(long id)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + ChecksumBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id);
        Checksum(bytes[..IdBytes]).CopyTo(bytes[IdBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The cursor of a page in the order of a time; rows of the same time are in the order of their ids.</summary>
    public string Write(DateTimeOffset time, long id)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + IdBytes + ChecksumBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(bytes[IdBytes..], id);
        Checksum(bytes[..^ChecksumBytes]).CopyTo(bytes[^ChecksumBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ArgumentException">Not a cursor of this store.</exception>
    public long Read(string cursor)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + ChecksumBytes];
        Decode(cursor, bytes);
        return BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    /// <exception cref="ArgumentException">Not a cursor of this store, or one of another list.</exception>
    public (DateTimeOffset Time, long Id) ReadTimed(string cursor)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + IdBytes + ChecksumBytes];
        Decode(cursor, bytes);
        return (new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(bytes), TimeSpan.Zero), BinaryPrimitives.ReadInt64BigEndian(bytes[IdBytes..]));
    }

    private void Decode(string cursor, Span<byte> bytes)
    {
        if (cursor.Length != Base64Url.GetEncodedLength(bytes.Length) ||
            !Base64Url.TryDecodeFromChars(cursor, bytes, out int written) ||
            written != bytes.Length ||
            !Checksum(bytes[..^ChecksumBytes]).SequenceEqual(bytes[^ChecksumBytes..]))
        {
            throw new ArgumentException("The cursor is not one of this store's. Pass the cursor of a page as it came, or none for the first page.", nameof(cursor));
        }
    }

    private ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> id)
    {
        byte[] content = [.. _store, .. id];
        return SHA256.HashData(content).AsSpan(0, ChecksumBytes);
    }
}
