using System.Buffers.Binary;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>A file beyond doubt: inodes come back, an inode with the time of its birth does not.</summary>
internal readonly record struct BornFile(FileKey Key, long BornNanoseconds, uint Mode, uint OwnerId)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int DoNotSync = 0x4000;
    private const uint BasicStats = 0x7ff;
    private const uint BirthTime = 0x800;
    private const int BufferSize = 256;

    public bool IsRegularFile => (Mode & 0xF000) == 0x8000;

    public bool IsSocket => (Mode & 0xF000) == 0xC000;

    /// <summary>True when only its owner, and root, may open it.</summary>
    public bool IsPrivate => (Mode & 0x3F) == 0;

    /// <summary>When it was made; null where the file system does not keep that.</summary>
    public DateTimeOffset? Born => BornNanoseconds > 0 ? DateTimeOffset.UnixEpoch.AddTicks(BornNanoseconds / 100) : null;

    /// <summary>What is kept of it in rows and debts.</summary>
    public Dictionary<string, string> Details => new(StringComparer.Ordinal)
    {
        ["device"] = string.Create(CultureInfo.InvariantCulture, $"{Key.Major}:{Key.Minor}"),
        ["inode"] = Key.Inode.ToString(CultureInfo.InvariantCulture),
        ["born"] = BornNanoseconds.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Whether it is the file that was noted.</summary>
    public bool IsThat(IReadOnlyDictionary<string, string> noted)
    {
        Dictionary<string, string> own = Details;
        return BornNanoseconds > 0 && own.All(detail => noted.GetValueOrDefault(detail.Key) == detail.Value);
    }

    public static bool TryTake(string path, bool followLinks, out BornFile file) => TryTake(CurrentDirectory, path, followLinks, out file);

    public static bool TryTake(FileDescriptor directory, string name, out BornFile file) => TryTake(directory.Number, name, followLinks: false, out file);

    private static unsafe bool TryTake(int directory, string path, bool followLinks, out BornFile file)
    {
        byte* buffer = stackalloc byte[BufferSize];
        file = default;
        if (Libc.FileStatus(directory, path, DoNotSync | (followLinks ? 0 : NoFollow), BasicStats | BirthTime, buffer) != 0)
        {
            return false;
        }

        // struct statx: mask 0, uid 20, mode 28, ino 32, btime 80 (seconds, then nanoseconds), dev_major 136, dev_minor 140.
        ReadOnlySpan<byte> status = new(buffer, BufferSize);
        bool hasBirth = (BinaryPrimitives.ReadUInt32LittleEndian(status) & BirthTime) != 0;
        file = new BornFile(
            new FileKey(
                BinaryPrimitives.ReadUInt32LittleEndian(status[136..]), BinaryPrimitives.ReadUInt32LittleEndian(status[140..]), BinaryPrimitives.ReadUInt64LittleEndian(status[32..])),
            hasBirth ? unchecked((BinaryPrimitives.ReadInt64LittleEndian(status[80..]) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(status[88..])) : 0,
            BinaryPrimitives.ReadUInt16LittleEndian(status[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[20..]));
        return true;
    }
}
