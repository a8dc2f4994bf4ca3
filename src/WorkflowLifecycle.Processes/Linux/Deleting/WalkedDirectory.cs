using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>A directory that a walk is in, or below.</summary>
internal sealed class WalkedDirectory(WalkedDirectory? parent, byte[] name, FileDescriptor descriptor, EntryFacts facts)
{
    private DirectoryEntries? _entries;
    private long _position;

    public WalkedDirectory? Parent { get; } = parent;

    /// <summary>Its name in <see cref="Parent"/>, with a NUL.</summary>
    public byte[] Name { get; } = name;

    /// <summary>Facts of the moment when it was entered.</summary>
    public EntryFacts Facts { get; } = facts;

    public FileDescriptor Descriptor { get; private set; } = descriptor;

    /// <summary>Something below it stays, and is on record.</summary>
    public bool HasRemains { get; set; }

    /// <summary>What is no directory was dealt with; the directories in it are next.</summary>
    public bool IsPastFiles { get; set; }

    /// <summary>How often it was read anew.</summary>
    public int Passes { get; set; }

    /// <summary>Its owner's permissions were completed, or that was tried.</summary>
    public bool WasUnlocked { get; set; }

    /// <summary>Goes to the next entry; null at the end, and with an errno when it cannot be read.</summary>
    public DirectoryEntries? ReadNext(Stack<DirectoryEntries> spare, out int errno)
    {
        if (_entries is null)
        {
            _entries = spare.TryPop(out DirectoryEntries? used) ? used : new DirectoryEntries();
            errno = _position == 0 ? 0 : DirectoryCalls.Seek(Descriptor, _position);
            if (errno != 0)
            {
                return null;
            }
        }

        if (!_entries.MoveNext(Descriptor, out errno))
        {
            return null;
        }

        _position = _entries.Position;
        return _entries;
    }

    /// <summary>Deals with it anew.</summary>
    public void Begin()
    {
        IsPastFiles = false;
        Rewind();
    }

    /// <summary>Reads it from the start again.</summary>
    public void Rewind()
    {
        _entries?.Clear();
        _position = 0;
        _ = DirectoryCalls.Seek(Descriptor, 0);
    }

    /// <summary>Gives the descriptor and the buffer back; the place where reading stood is kept.</summary>
    public void Close(Stack<DirectoryEntries> spare)
    {
        Descriptor.Dispose();
        if (_entries is not null)
        {
            _entries.Clear();
            spare.Push(_entries);
            _entries = null;
        }
    }

    public void Reopen(FileDescriptor descriptor) => Descriptor = descriptor;

    public bool Is(in EntryFacts facts) =>
        facts.Inode == Facts.Inode && facts.Device == Facts.Device && facts.MountId == Facts.MountId && facts.BornAt == Facts.BornAt;
}
