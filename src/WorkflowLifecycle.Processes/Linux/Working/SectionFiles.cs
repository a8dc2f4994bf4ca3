using System.Buffers.Binary;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Finds the files of a critical directory that are locked.</summary>
internal sealed class SectionFiles(ulong pidNamespace)
{
    // The kernel's own number of the first PID namespace.
    private const ulong FirstPidNamespace = 0xEFFFFFFC;

    // Where device and inode in /proc/locks are certainly those that stat(2) tells: on overlayfs and btrfs they need not be.
    private const long Tmpfs = 0x01021994;
    private const long Ext = 0xEF53;
    private const long Xfs = 0x58465342;

    public List<SectionFile> ReadHeld(FileDescriptor directory)
    {
        LockTable table = LockTable.Read();
        bool showsAll = table.IsWhole && pidNamespace == FirstPidNamespace && IsPlain(directory);
        ILookup<ulong, KernelLock> locks = table.Held.Where(held => held.Kind == KernelLockKind.Flock).ToLookup(held => held.Inode);
        List<SectionFile> found = [];
        if (showsAll && locks.Count == 0)
        {
            return found;
        }

        // On overlayfs a directory has the device by which its files are listed, and a file may have another one.
        _ = FileLook.TryTake($"/proc/self/fd/{directory.Number}", followLinks: true, out FileLook place);
        foreach (string name in CriticalDirectory.Names(directory))
        {
            if (FileLook.TryTake(directory, name, out FileLook look) && look.IsRegularFile)
            {
                int[] takers = [.. locks[look.Inode].Where(held => IsOn(held, look) || IsOn(held, place)).Select(held => held.Pid)];
                if (takers.Length > 0 || (!showsAll && IsLocked(directory, name) && IsLocked(directory, name)))
                {
                    found.Add(new SectionFile(name, CriticalDirectory.KindOf(name), look, takers));
                }
            }
        }

        return found;
    }

    private static bool IsOn(in KernelLock held, in FileLook look) => (held.Major, held.Minor) == (look.Major, look.Minor);

    // Asked by doing: for an instant the lock is ours when it is nobody's. Another observer may be asking at that very instant, so that
    // one refusal is none.
    private static bool IsLocked(FileDescriptor directory, string name)
    {
        using FileDescriptor? file = UntrustedFile.Open(directory, name);
        return file is not null && Libc.LockFile(file, Libc.LockExclusive | Libc.LockNonBlocking) != 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN;
    }

    private static unsafe bool IsPlain(FileDescriptor directory)
    {
        const int size = 256;
        byte* status = stackalloc byte[size];
        return Libc.FileSystemStatus($"/proc/self/fd/{directory.Number}", status) == 0
            && BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(status, size)) is Tmpfs or Ext or Xfs;
    }
}
