using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>
/// Names of one directory, to be gone through by inode. A directory is read in the order of hashes on many file systems, and in that order each removal
/// goes to another block of the disk. At most about 1.5 MB, however many names there are and however long they are.
/// </summary>
internal sealed class InodeBatch
{
    // As many as make the first pass over the inodes a run in one direction; of those after it they are in memory.
    private const int MostNames = 32 * 1024;
    private const int MostBytes = 1024 * 1024;

    private readonly List<ulong> _inodes = [];
    private readonly List<int> _starts = [];
    private byte[] _names = [];
    private int _length;

    public int Count => _starts.Count;

    /// <summary>Whether the name finds room. One alone always does, however long the file system lets it be.</summary>
    public bool HasRoomFor(ReadOnlySpan<byte> name) => Count == 0 || (Count < MostNames && _length + name.Length <= MostBytes);

    /// <summary>The name with the NUL that ends it; valid until the batch is cleared.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ReadOnlySpan<byte> rest = _names.AsSpan(_starts[index], _length - _starts[index]);
            return rest[..(rest.IndexOf((byte)0) + 1)];
        }
    }

    public void Add(ulong inode, ReadOnlySpan<byte> name)
    {
        if (_names.Length - _length < name.Length)
        {
            Array.Resize(ref _names, Math.Max(Math.Clamp(_names.Length * 4, MostBytes / 64, MostBytes), _length + name.Length));
        }

        name.CopyTo(_names.AsSpan(_length));
        _inodes.Add(inode);
        _starts.Add(_length);
        _length += name.Length;
    }

    public void Sort() => CollectionsMarshal.AsSpan(_inodes).Sort(CollectionsMarshal.AsSpan(_starts));

    public void Clear()
    {
        _inodes.Clear();
        _starts.Clear();
        _length = 0;
    }
}
