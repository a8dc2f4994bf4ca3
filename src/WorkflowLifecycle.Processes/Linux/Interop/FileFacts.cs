using System.Buffers.Binary;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Inode, owner and type of a path: what the base class library does not tell.</summary>
internal sealed record FileFacts(ulong Inode, ulong Device, uint OwnerId, uint Mode)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int BufferSize = 256;
    private const uint TypeMask = 0xF000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    public bool IsRegularFile => (Mode & TypeMask) == 0x8000;

    public bool IsSymbolicLink => (Mode & TypeMask) == 0xA000;

    /// <summary>What it is, where it is neither a regular file nor a device; null for those.</summary>
    public string? KindThatIsNoFile => (Mode & TypeMask) switch
    {
        0x1000 => "a FIFO (named pipe)",
        0x4000 => "a directory",
        0xC000 => "a socket",
        _ => null,
    };

    /// <summary>True when others than the owner may write.</summary>
    public bool IsWritableByOthers => (Mode & 0x12) != 0;

    public bool IsSameFile(FileFacts other) => Inode == other.Inode && Device == other.Device;

    /// <summary>The facts; null when there is nothing, or nothing that we may look at.</summary>
    public static unsafe FileFacts? Of(string path, bool followLinks = false)
    {
        byte* buffer = stackalloc byte[BufferSize];
        if (Libc.FileStatus(CurrentDirectory, path, followLinks ? 0 : NoFollow, BasicStats, buffer) != 0)
        {
            return null;
        }

        // struct statx: mask 0, blksize 4, attributes 8, nlink 16, uid 20, gid 24, mode 28, ino 32; dev_major 136, dev_minor 140.
        ReadOnlySpan<byte> status = new(buffer, BufferSize);
        return new FileFacts(
            BinaryPrimitives.ReadUInt64LittleEndian(status[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[136..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[20..]),
            BinaryPrimitives.ReadUInt16LittleEndian(status[28..]));
    }
}
