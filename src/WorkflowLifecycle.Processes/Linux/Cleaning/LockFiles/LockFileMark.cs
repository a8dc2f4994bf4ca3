using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

/// <summary>Which file: a name comes back, an inode too, and both together with the instant of its making do not.</summary>
/// <param name="Mode">Its type and permissions.</param>
/// <param name="Owner">The user it belongs to.</param>
/// <param name="Inode">Its number.</param>
/// <param name="Device">Its file system; another number after a restart of the machine.</param>
/// <param name="BornNanoseconds">When it was made, since 1970; 0 where the file system does not keep that.</param>
/// <param name="ModifiedNanoseconds">When it was written last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LockFileMark(uint Mode, uint Owner, ulong Inode, ulong Device, long BornNanoseconds, long ModifiedNanoseconds)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int DoNotSync = 0x4000;
    private const uint StatsAndBirth = 0xfff;
    private const uint BirthIsThere = 0x800;
    private const int BufferSize = 256;
    private const uint TypeMask = 0xF000;
    private const string InodeKey = "inode";
    private const string DeviceKey = "device";
    private const string BirthKey = "birth";

    public bool IsRegularFile => (Mode & TypeMask) == 0x8000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    public bool IsSymbolicLink => (Mode & TypeMask) == 0xA000;

    /// <summary>Null where nobody can tell.</summary>
    public DateTimeOffset? Born => BornNanoseconds == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(BornNanoseconds / TimeSpan.NanosecondsPerTick);

    public bool IsSameFile(in LockFileMark other) =>
        Inode == other.Inode && BornNanoseconds == other.BornNanoseconds && (BornNanoseconds != 0 || Device == other.Device);

    /// <summary>Looks at a name below a directory, without following it.</summary>
    /// <returns>0, or the errno.</returns>
    public static int Take(FileDescriptor directory, string name, out LockFileMark mark) => Take(directory.Number, name, NoFollow, out mark);

    /// <summary>As <see cref="Take(FileDescriptor, string, out LockFileMark)"/>, of a path.</summary>
    public static int Take(string path, out LockFileMark mark) => Take(CurrentDirectory, path, NoFollow, out mark);

    /// <summary>Looks at what a path leads to, as at a descriptor of another process.</summary>
    public static int TakeTarget(string path, out LockFileMark mark) => Take(CurrentDirectory, path, 0, out mark);

    /// <summary>As it is kept with a debt.</summary>
    public void Write(IDictionary<string, string> details, string prefix = "")
    {
        details[prefix + InodeKey] = Inode.ToString(CultureInfo.InvariantCulture);
        details[prefix + DeviceKey] = Device.ToString(CultureInfo.InvariantCulture);
        details[prefix + BirthKey] = BornNanoseconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>As it was kept; null where it is not, or was spoilt.</summary>
    public static LockFileMark? Read(IReadOnlyDictionary<string, string> details, string prefix = "") =>
        ulong.TryParse(details.GetValueOrDefault(prefix + InodeKey), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode)
        && ulong.TryParse(details.GetValueOrDefault(prefix + DeviceKey), NumberStyles.None, CultureInfo.InvariantCulture, out ulong device)
        && long.TryParse(details.GetValueOrDefault(prefix + BirthKey), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long born)
            ? new LockFileMark(0, 0, inode, device, born, 0)
            : null;

    private static unsafe int Take(int directory, string path, int flags, out LockFileMark mark)
    {
        byte* buffer = stackalloc byte[BufferSize];
        mark = default;
        if (Libc.FileStatus(directory, path, DoNotSync | flags, StatsAndBirth, buffer) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        // struct statx: mask 0, uid 20, mode 28, ino 32, btime 80 and mtime 112 (seconds, then nanoseconds), dev_major 136, dev_minor 140.
        ReadOnlySpan<byte> status = new(buffer, BufferSize);
        bool hasBirth = (BinaryPrimitives.ReadUInt32LittleEndian(status) & BirthIsThere) != 0;
        mark = new LockFileMark(
            BinaryPrimitives.ReadUInt16LittleEndian(status[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[20..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[136..]),
            hasBirth ? Nanoseconds(status[80..]) : 0,
            Nanoseconds(status[112..]));
        return 0;
    }

    private static long Nanoseconds(ReadOnlySpan<byte> time) =>
        unchecked((BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]));
}
