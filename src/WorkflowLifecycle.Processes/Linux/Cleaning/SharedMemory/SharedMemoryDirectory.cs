using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>The directory in which named shared memory and semaphores are kept, held open: what is looked at in it is what is removed from it.</summary>
internal sealed class SharedMemoryDirectory : IDisposable
{
    /// <summary>Where the C library keeps it, always.</summary>
    private const string Place = "/dev/shm";

    private readonly FileDescriptor _directory;

    private SharedMemoryDirectory(FileDescriptor directory, BornFile self)
    {
        _directory = directory;
        Key = self.Key;
    }

    /// <summary>The directory itself.</summary>
    public FileKey Key { get; }

    /// <exception cref="IOException">It can't be opened.</exception>
    public static SharedMemoryDirectory Open()
    {
        FileDescriptor directory = DescriptorReserve.Open(Place, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);
        if (!directory.IsInvalid && BornFile.TryTake($"/proc/self/fd/{directory.Number}", followLinks: true, out BornFile self))
        {
            return new SharedMemoryDirectory(directory, self);
        }

        int errno = Marshal.GetLastPInvokeError();
        directory.Dispose();
        throw new IOException($"{Place}: {Errno.Describe(errno)}");
    }

    /// <summary>The regular files in it, by name.</summary>
    public IReadOnlyDictionary<string, BornFile> Read()
    {
        Dictionary<string, BornFile> files = new(StringComparer.Ordinal);
        foreach (string entry in Directory.EnumerateFileSystemEntries($"/proc/self/fd/{_directory.Number}/"))
        {
            string name = Path.GetFileName(entry);
            if (BornFile.TryTake(_directory, name, out BornFile file) && file.IsRegularFile)
            {
                files[name] = file;
            }
        }

        return files;
    }

    /// <summary>What has that name now; null when nothing has.</summary>
    /// <exception cref="IOException">That can't be told.</exception>
    public BornFile? Find(string name)
    {
        if (BornFile.TryTake(_directory, name, out BornFile file))
        {
            return file;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENOENT ? null : throw new IOException($"{PathOf(name)}: {Errno.Describe(errno)}");
    }

    /// <summary>Takes the name away, unless somebody has the file.</summary>
    /// <exception cref="IOException">It can't be, or may not be.</exception>
    public void Unlink(string name)
    {
        // A look sees those alone whom this user may look into, and of its own PID namespace. The kernel knows of all, and nobody comes before the name is gone.
        using FileDescriptor? lease = FileLease.Take(_directory, name, out int refusal);
        if (refusal == Errno.EAGAIN)
        {
            throw new IOException($"{PathOf(name)}: somebody who can't be seen from here has it");
        }

        if (Libc.UnlinkAt(_directory, name, 0) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.ENOENT)
        {
            throw new IOException($"{PathOf(name)}: {Errno.Describe(errno)}");
        }
    }

    public static string PathOf(string name) => Path.Combine(Place, name);

    public void Dispose() => _directory.Dispose();
}
