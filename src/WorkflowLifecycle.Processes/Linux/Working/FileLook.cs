using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>What a look at a file tells without asking its file system: a server that is away, or frozen with the tree, keeps nobody waiting.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileLook(uint Mode, ulong Inode, ulong Size, long ModifiedNanoseconds, uint Major, uint Minor)
{
    public bool IsRegularFile => (Mode & 0xF000) == 0x8000;

    /// <summary>Of an entry of <c>/proc/PID/fd</c> itself: the descriptor is open for writing.</summary>
    public bool OwnerMayWrite => (Mode & 0x80) != 0;

    public bool IsSameFile(in FileLook other) => (Inode, Major, Minor) == (other.Inode, other.Major, other.Minor);

    public static bool TryTake(string path, bool followLinks, out FileLook look) => TryTake(EntryFacts.CurrentDirectory, path, followLinks, out look);

    public static bool TryTake(FileDescriptor directory, string name, out FileLook look) => TryTake(directory.Number, name, followLinks: false, out look);

    private static bool TryTake(int directory, string path, bool followLinks, out FileLook look)
    {
        bool isThere = EntryFacts.Read(directory, path, EntryFacts.DoNotSync | (followLinks ? 0 : EntryFacts.NoFollow), EntryFacts.Stats, out EntryFacts facts) == 0;
        look = isThere ? new FileLook(facts.Mode, facts.Inode, (ulong)facts.Size, facts.ModifiedAt, facts.FileSystemMajor, facts.FileSystemMinor) : default;
        return isThere;
    }
}
