using System.Buffers.Binary;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Reads the entries of an open directory, a batch at a time: a directory of a million takes no more memory than one of ten.</summary>
internal sealed class DirectoryEntries
{
    public const byte UnknownKind = 0;
    public const byte DirectoryKind = 4;

    private const int BufferSize = 64 * 1024;
    private const int NameOffset = 19;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private int _next;
    private int _length;
    private int _name;
    private int _end;

    /// <summary>The name with the NUL that ends it; valid until the next one is read.</summary>
    public ReadOnlySpan<byte> Name => _buffer.AsSpan(_name, _end - _name);

    public byte Kind { get; private set; }

    public ulong Inode { get; private set; }

    /// <summary>From where to go on after this entry, through another descriptor of the directory.</summary>
    public long Position { get; private set; }

    /// <summary>Goes to the next entry but "." and "..". False at the end, and with an errno when it cannot be read.</summary>
    public bool MoveNext(FileDescriptor directory, out int errno)
    {
        errno = 0;
        do
        {
            if (_next >= _length)
            {
                _next = 0;
                _length = DirectoryCalls.ReadEntries(directory, _buffer, out errno);
                if (_length <= 0)
                {
                    _length = 0;
                    return false;
                }
            }

            Parse();
        }
        while (IsDot());
        return true;
    }

    /// <summary>Forgets what was read ahead.</summary>
    public void Clear() => _next = _length = 0;

    // struct linux_dirent64: ino 0, off 8, reclen 16, type 18, name 19.
    private void Parse()
    {
        ReadOnlySpan<byte> entry = _buffer.AsSpan(_next, _length - _next);
        Inode = BinaryPrimitives.ReadUInt64LittleEndian(entry);
        Position = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
        Kind = entry[18];
        _name = _next + NameOffset;
        _end = _name + entry[NameOffset..].IndexOf((byte)0) + 1;
        _next += BinaryPrimitives.ReadUInt16LittleEndian(entry[16..]);
    }

    private bool IsDot() => _buffer[_name] == (byte)'.' && (_end - _name == 2 || (_end - _name == 3 && _buffer[_name + 1] == (byte)'.'));
}
