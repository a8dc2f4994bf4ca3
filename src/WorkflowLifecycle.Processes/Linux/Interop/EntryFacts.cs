using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>What statx(2) tells of one entry: the one place where its answer is read. Times are nanoseconds since 1970.</summary>
internal readonly record struct EntryFacts
{
    public const int CurrentDirectory = -100;
    public const int NoFollow = 0x100;
    public const int DoNotSync = 0x4000;
    public const uint Stats = 0x7ff;
    public const uint StatsAndBirth = Stats | BirthTime;

    private const int EmptyPath = 0x1000;
    private const int NoAutomount = 0x800;
    private const uint BirthTime = 0x800;
    private const uint MountIdentity = 0x1000;
    private const uint Wanted = StatsAndBirth | MountIdentity;
    private const int BufferSize = 256;
    private const uint TypeMask = 0xF000;

    public ulong Inode { get; private init; }

    public ulong Device { get; private init; }

    /// <summary>The number of the device on which it is, as lists of the kernel write it.</summary>
    public uint FileSystemMajor => unchecked((uint)Device);

    /// <summary>As <see cref="FileSystemMajor"/>.</summary>
    public uint FileSystemMinor => unchecked((uint)(Device >> 32));

    /// <summary>By which a bind mount of the same device differs; 0 where nobody tells.</summary>
    public ulong MountId { get; private init; }

    /// <summary>When it was made; 0 where the file system does not know.</summary>
    public long BornAt { get; private init; }

    public long ChangedAt { get; private init; }

    public long ModifiedAt { get; private init; }

    public uint OwnerId { get; private init; }

    public uint GroupId { get; private init; }

    public uint Links { get; private init; }

    public long Size { get; private init; }

    public uint DeviceMajor { get; private init; }

    public uint DeviceMinor { get; private init; }

    public bool IsImmutable { get; private init; }

    public bool IsAppendOnly { get; private init; }

    /// <summary>Type and permissions.</summary>
    public uint Mode { get; private init; }

    /// <summary>Permissions without the type.</summary>
    public uint Permissions => Mode & ~TypeMask;

    private uint Type => Mode & TypeMask;

    public bool IsDirectory => Type == 0x4000;

    public bool IsRegularFile => Type == 0x8000;

    public bool IsSymbolicLink => Type == 0xA000;

    public bool IsFifo => Type == 0x1000;

    public bool IsCharacterDevice => Type == 0x2000;

    public bool IsBlockDevice => Type == 0x6000;

    public bool IsSocket => Type == 0xC000;

    /// <summary>The facts of an open file.</summary>
    public static int Read(FileDescriptor file, out EntryFacts facts) => Read(file, "\0"u8, EmptyPath, out facts);

    /// <summary>The facts of an entry: 0 or the errno.</summary>
    public static int Read(FileDescriptor directory, ReadOnlySpan<byte> name, out EntryFacts facts) => Read(directory, name, NoFollow | NoAutomount, out facts);

    /// <summary>Some facts of a path below a directory: 0 or the errno, which stays the call's last error.</summary>
    public static unsafe int Read(int directory, string path, int flags, uint wanted, out EntryFacts facts)
    {
        byte* buffer = stackalloc byte[BufferSize];
        if (Libc.FileStatus(directory, path, flags, wanted, buffer) != 0)
        {
            facts = default;
            return Marshal.GetLastPInvokeError();
        }

        facts = Parse(new ReadOnlySpan<byte>(buffer, BufferSize));
        return 0;
    }

    private static unsafe int Read(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, out EntryFacts facts)
    {
        byte* buffer = stackalloc byte[BufferSize];
        fixed (byte* start = name)
        {
            if (FileCalls.Status(directory, start, flags, Wanted, buffer) != 0)
            {
                facts = default;
                return Marshal.GetLastPInvokeError();
            }
        }

        facts = Parse(new ReadOnlySpan<byte>(buffer, BufferSize));
        if (facts.MountId == 0 && flags == EmptyPath)
        {
            facts = facts with { MountId = ReadMountId(directory) };
        }

        return 0;
    }

    // struct statx: mask 0, blksize 4, attributes 8, nlink 16, uid 20, gid 24, mode 28, ino 32, size 40, blocks 48, attributes_mask 56, atime 64,
    // btime 80, ctime 96, mtime 112, rdev 128, dev 136, mnt_id 144.
    private static EntryFacts Parse(ReadOnlySpan<byte> status)
    {
        uint mask = BinaryPrimitives.ReadUInt32LittleEndian(status);
        ulong attributes = BinaryPrimitives.ReadUInt64LittleEndian(status[8..]);
        return new EntryFacts
        {
            Inode = BinaryPrimitives.ReadUInt64LittleEndian(status[32..]),
            Device = BinaryPrimitives.ReadUInt64LittleEndian(status[136..]),
            MountId = (mask & MountIdentity) != 0 ? BinaryPrimitives.ReadUInt64LittleEndian(status[144..]) : 0,
            BornAt = (mask & BirthTime) != 0 ? Time(status[80..]) : 0,
            ChangedAt = Time(status[96..]),
            ModifiedAt = Time(status[112..]),
            OwnerId = BinaryPrimitives.ReadUInt32LittleEndian(status[20..]),
            GroupId = BinaryPrimitives.ReadUInt32LittleEndian(status[24..]),
            Links = BinaryPrimitives.ReadUInt32LittleEndian(status[16..]),
            Size = BinaryPrimitives.ReadInt64LittleEndian(status[40..]),
            DeviceMajor = BinaryPrimitives.ReadUInt32LittleEndian(status[128..]),
            DeviceMinor = BinaryPrimitives.ReadUInt32LittleEndian(status[132..]),
            IsImmutable = (attributes & 0x10) != 0,
            IsAppendOnly = (attributes & 0x20) != 0,
            Mode = BinaryPrimitives.ReadUInt16LittleEndian(status[28..]),
        };
    }

    private static long Time(ReadOnlySpan<byte> time) =>
        unchecked((BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]));

    // Before Linux 5.8 only the entry in /proc tells.
    private static ulong ReadMountId(FileDescriptor file)
    {
        const string field = "mnt_id:";
        foreach (ReadOnlySpan<char> line in (SmallFile.ReadText($"/proc/self/fdinfo/{file.Number}") ?? string.Empty).AsSpan().EnumerateLines())
        {
            if (line.StartsWith(field) && ulong.TryParse(line[field.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong id))
            {
                return id;
            }
        }

        return 0;
    }
}
