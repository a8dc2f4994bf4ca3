using System.Buffers.Binary;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>What a look at a file tells without asking its file system: a server that is away, or frozen with the tree, keeps nobody waiting.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileLook(uint Mode, ulong Inode, ulong Size, long ModifiedNanoseconds, uint Major, uint Minor)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int DoNotSync = 0x4000;
    private const uint BasicStats = 0x7ff;
    private const int BufferSize = 256;

    public bool IsRegularFile => (Mode & 0xF000) == 0x8000;

    /// <summary>Of an entry of <c>/proc/PID/fd</c> itself: the descriptor is open for writing.</summary>
    public bool OwnerMayWrite => (Mode & 0x80) != 0;

    public bool IsSameFile(in FileLook other) => (Inode, Major, Minor) == (other.Inode, other.Major, other.Minor);

    public static bool TryTake(string path, bool followLinks, out FileLook look) => TryTake(CurrentDirectory, path, followLinks, out look);

    public static bool TryTake(FileDescriptor directory, string name, out FileLook look) => TryTake(directory.Number, name, followLinks: false, out look);

    private static unsafe bool TryTake(int directory, string path, bool followLinks, out FileLook look)
    {
        byte* buffer = stackalloc byte[BufferSize];
        look = default;
        if (Libc.FileStatus(directory, path, DoNotSync | (followLinks ? 0 : NoFollow), BasicStats, buffer) != 0)
        {
            return false;
        }

        // struct statx: mode 28, ino 32, size 40, mtime 112 (seconds, then nanoseconds), dev_major 136, dev_minor 140.
        ReadOnlySpan<byte> status = new(buffer, BufferSize);
        look = new FileLook(
            BinaryPrimitives.ReadUInt16LittleEndian(status[28..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[40..]),
            unchecked((BinaryPrimitives.ReadInt64LittleEndian(status[112..]) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(status[120..])),
            BinaryPrimitives.ReadUInt32LittleEndian(status[136..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[140..]));
        return true;
    }
}
