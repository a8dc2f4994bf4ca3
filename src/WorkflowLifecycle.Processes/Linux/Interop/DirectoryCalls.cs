using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Calls below an open directory, by the very bytes of a name (ended by NUL): a name need not be text. Each answers 0 or the errno.</summary>
internal static partial class DirectoryCalls
{
    public const int RemoveDirectory = 0x200;

    private const int OpenBeneathNumber = 437;
    private const int SeekSet = 0;

    // RESOLVE_NO_XDEV, _NO_MAGICLINKS, _NO_SYMLINKS, _BENEATH
    private const ulong NeverLeave = 0x01 | 0x02 | 0x04 | 0x08;

    private static readonly nint _readEntries = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    /// <summary>Opens an entry; invalid when that cannot be done.</summary>
    public static unsafe FileDescriptor Open(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, out int errno, uint mode = 0)
    {
        fixed (byte* start = name)
        {
            int descriptor = OpenAt(directory, start, flags | Libc.OpenCloseOnExec, mode);
            errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            return new FileDescriptor(descriptor);
        }
    }

    /// <summary>As <see cref="Open"/>, where the kernel itself refuses links and mount points (Linux 5.6). A mount point answers EXDEV before its file system is asked for anything.</summary>
    public static unsafe FileDescriptor OpenBeneath(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, out int errno)
    {
        ulong* how = stackalloc ulong[3] { (ulong)(uint)(flags | Libc.OpenCloseOnExec), 0, NeverLeave };
        fixed (byte* start = name)
        {
            nint descriptor = SystemCall(OpenBeneathNumber, directory, (nint)start, (nint)how, 3 * sizeof(ulong));
            errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            return new FileDescriptor((int)descriptor);
        }
    }

    public static unsafe int Unlink(FileDescriptor directory, ReadOnlySpan<byte> name, int flags)
    {
        fixed (byte* start = name)
        {
            return Answer(UnlinkAt(directory, start, flags));
        }
    }

    public static unsafe int MakeDirectory(FileDescriptor directory, ReadOnlySpan<byte> name, uint mode)
    {
        fixed (byte* start = name)
        {
            return Answer(MakeDirectoryAt(directory, start, mode));
        }
    }

    public static unsafe int Rename(FileDescriptor directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* source = from, target = to)
        {
            return Answer(RenameAt(directory, source, directory, target));
        }
    }

    /// <summary>Where a symbolic link leads; empty when it cannot be read.</summary>
    public static unsafe byte[] ReadLink(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        byte[] target = new byte[4096];
        fixed (byte* start = name, buffer = target)
        {
            nint length = ReadLinkAt(directory, start, buffer, (nuint)target.Length);
            return length <= 0 ? [] : target[..(int)length];
        }
    }

    /// <summary>Changes the mode of what a descriptor stands for, also of one that was opened by path only, which fchmod refuses.</summary>
    public static int ChangeMode(FileDescriptor file, uint mode) => Answer(ChangeModeByPath($"/proc/self/fd/{file.Number}", mode));

    /// <summary>Fills a buffer with entries; the length, 0 at the end, or less than 0 with the errno.</summary>
    public static unsafe int ReadEntries(FileDescriptor directory, byte[] buffer, out int errno)
    {
        fixed (byte* start = buffer)
        {
            nint length = SystemCall(_readEntries, directory, (nint)start, buffer.Length, 0);
            errno = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            return (int)length;
        }
    }

    public static int Seek(FileDescriptor directory, long position) => SeekTo(directory, position, SeekSet) < 0 ? Marshal.GetLastPInvokeError() : 0;

    private static int Answer(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static unsafe partial int OpenAt(FileDescriptor directory, byte* name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static unsafe partial int UnlinkAt(FileDescriptor directory, byte* name, int flags);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static unsafe partial int MakeDirectoryAt(FileDescriptor directory, byte* name, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static unsafe partial int RenameAt(FileDescriptor fromDirectory, byte* from, FileDescriptor toDirectory, byte* to);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    private static unsafe partial nint ReadLinkAt(FileDescriptor directory, byte* name, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeModeByPath(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long SeekTo(FileDescriptor file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, FileDescriptor first, nint second, nint third, nint fourth);
}
