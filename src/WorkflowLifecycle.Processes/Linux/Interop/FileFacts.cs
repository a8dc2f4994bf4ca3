namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Inode, owner and type of a path: what the base class library does not tell.</summary>
internal sealed record FileFacts(ulong Inode, ulong Device, uint OwnerId, uint Mode)
{
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
    public static FileFacts? Of(string path, bool followLinks = false) =>
        EntryFacts.Read(EntryFacts.CurrentDirectory, path, followLinks ? 0 : EntryFacts.NoFollow, EntryFacts.Stats, out EntryFacts facts) == 0
            ? new FileFacts(facts.Inode, facts.Device, facts.OwnerId, facts.Mode)
            : null;
}
