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
    public static int Take(FileDescriptor directory, string name, out LockFileMark mark) => Take(directory.Number, name, EntryFacts.NoFollow, out mark);

    /// <summary>As <see cref="Take(FileDescriptor, string, out LockFileMark)"/>, of a path.</summary>
    public static int Take(string path, out LockFileMark mark) => Take(EntryFacts.CurrentDirectory, path, EntryFacts.NoFollow, out mark);

    /// <summary>Looks at what a path leads to, as at a descriptor of another process.</summary>
    public static int TakeTarget(string path, out LockFileMark mark) => Take(EntryFacts.CurrentDirectory, path, 0, out mark);

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

    private static int Take(int directory, string path, int flags, out LockFileMark mark)
    {
        int errno = EntryFacts.Read(directory, path, EntryFacts.DoNotSync | flags, EntryFacts.StatsAndBirth, out EntryFacts facts);
        mark = errno == 0 ? new LockFileMark(facts.Mode, facts.OwnerId, facts.Inode, facts.Device, facts.BornAt, facts.ModifiedAt) : default;
        return errno;
    }
}
