using System.Runtime.InteropServices;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>A section that this process entered: a locked file of its own, with the section's name in it.</summary>
internal sealed class HeldSection : IDisposable
{
    private const int Tries = 3;
    private const uint FileMode = 0x180;

    private readonly FileDescriptor _directory;
    private readonly FileDescriptor _file;
    private readonly string _fileName;

    private HeldSection(FileDescriptor directory, FileDescriptor file, string fileName)
    {
        _directory = directory;
        _file = file;
        _fileName = fileName;
    }

    public static HeldSection Enter(ContainmentRecord containment, CriticalSectionKind kind, string name) => Enter(containment.RunDirectory, kind, name);

    public static HeldSection Enter(string runDirectory, CriticalSectionKind kind, string name)
    {
        FileDescriptor directory = CriticalDirectory.Open(runDirectory)
            ?? throw new IOException($"{CriticalDirectory.PathIn(runDirectory)} is not there: the run has ended, or was launched by a version without critical sections.");
        try
        {
            for (int tried = 0; tried < Tries; tried++)
            {
                string fileName = $"{CriticalDirectory.NameOf(kind)}-{Guid.NewGuid():N}";
                if (TryMake(directory, fileName, name) is { } file)
                {
                    return new HeldSection(directory, file, fileName);
                }
            }

            throw new IOException($"{CriticalDirectory.PathIn(runDirectory)}: another process locks every file that is made there.");
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // Gone by name before the lock is let go, so that nobody finds it unlocked.
        if (!_file.IsClosed)
        {
            _ = Libc.UnlinkAt(_directory, _fileName, 0);
            _file.Dispose();
            _directory.Dispose();
        }
    }

    // Never waits: the program may lock what it finds here, and must not hold up its host.
    private static FileDescriptor? TryMake(FileDescriptor directory, string fileName, string name)
    {
        FileDescriptor file = Libc.OpenAt(directory, fileName, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenExclusive | Libc.OpenNoFollow | Libc.OpenCloseOnExec, FileMode);
        int errno = file.IsInvalid ? Marshal.GetLastPInvokeError() : UnlinkedFile.Write(file, Encoding.UTF8.GetBytes(name));
        if (errno == 0 && Libc.LockFile(file, Libc.LockShared | Libc.LockNonBlocking) == 0)
        {
            return file;
        }

        errno = errno == 0 ? Marshal.GetLastPInvokeError() : errno;
        if (!file.IsInvalid)
        {
            _ = Libc.UnlinkAt(directory, fileName, 0);
        }

        file.Dispose();
        return errno == Errno.EAGAIN ? null : throw new IOException($"{CriticalDirectory.Name}/{fileName}: {Errno.Describe(errno)}");
    }
}
