using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>A file beyond doubt: inodes come back, an inode with the time of its birth does not.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BornFile(FileKey Key, long BornNanoseconds, uint Mode, uint OwnerId)
{
    public bool IsRegularFile => (Mode & 0xF000) == 0x8000;

    public bool IsSocket => (Mode & 0xF000) == 0xC000;

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

    /// <summary>The same as far as that can be told, where nothing keeps when it was born: enough to tell of it, not to remove it.</summary>
    public bool MayBeThat(IReadOnlyDictionary<string, string> noted)
    {
        Dictionary<string, string> own = Details;
        return own.All(detail => noted.GetValueOrDefault(detail.Key) == detail.Value);
    }

    /// <summary>Takes it by its path; where that fails the call's last error tells why.</summary>
    public static bool TryTake(string path, bool followLinks, out BornFile file) => TryTake(EntryFacts.CurrentDirectory, path, followLinks ? 0 : EntryFacts.NoFollow, out file);

    /// <summary>The same by its name in a directory.</summary>
    public static bool TryTake(FileDescriptor directory, string name, out BornFile file) => TryTake(directory.Number, name, EntryFacts.NoFollow, out file);

    private static bool TryTake(int directory, string path, int flags, out BornFile file)
    {
        bool isThere = EntryFacts.Read(directory, path, EntryFacts.DoNotSync | flags, EntryFacts.StatsAndBirth, out EntryFacts facts) == 0;
        file = isThere ? new BornFile(new FileKey(facts.FileSystemMajor, facts.FileSystemMinor, facts.Inode), facts.BornAt, facts.Mode, facts.OwnerId) : default;
        return isThere;
    }
}
