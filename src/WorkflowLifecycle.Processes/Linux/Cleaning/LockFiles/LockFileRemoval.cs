using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

/// <summary>
/// Removes one very file. The kernel removes names: between a look at a file and the call somebody may have put another one there. So the name is
/// first moved aside, where nobody looks for it, and what was moved is looked at: a stranger's goes back.
/// </summary>
/// <param name="beforeMoving">Called between the look and the move; for tests of what may happen there.</param>
internal sealed class LockFileRemoval(Action? beforeMoving = null)
{
    /// <summary>Removes it, where it is still that file; what is another one by now stays.</summary>
    /// <param name="path">Its path, without links.</param>
    /// <param name="expected">Which file.</param>
    /// <param name="isMeant">Whether it still says what it said; asked where nobody can reach it by its name.</param>
    /// <exception cref="IOException">It could not be removed, or looked at.</exception>
    public void Remove(string path, in LockFileMark expected, Func<FileDescriptor, string, bool>? isMeant = null)
    {
        using FileDescriptor? directory = OpenDirectory(Path.GetDirectoryName(path)!, out int errno);
        if (directory is null)
        {
            Fail(errno, path);
            return;
        }

        string name = Path.GetFileName(path);
        if (!IsThere(directory, name, expected, path))
        {
            return;
        }

        beforeMoving?.Invoke();

        // Starts with a dot and ends as a lock: git takes it for no reference.
        string aside = $".wfl-{Guid.NewGuid():N}.lock";
        if (Libc.RenameExclusively(directory, name, aside) == 0)
        {
            Settle(directory, name, aside, expected, isMeant, path);
            return;
        }

        errno = Marshal.GetLastPInvokeError();
        if (errno is not (Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP))
        {
            Fail(errno, path);
            return;
        }

        // A file system that has no such move: a second look, as late as it can be.
        if (IsThere(directory, name, expected, path) && isMeant?.Invoke(directory, name) != false)
        {
            Check(Libc.UnlinkAt(directory, name, 0), path);
        }
    }

    /// <summary>Opens a directory by its path, every part of which is a directory and no link; null with the errno.</summary>
    public static FileDescriptor? OpenDirectory(string path, out int errno)
    {
        int flags = Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec;
        FileDescriptor at = DescriptorReserve.Open("/", flags);
        errno = at.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (errno != 0)
            {
                break;
            }

            using FileDescriptor above = at;
            at = DescriptorReserve.OpenAt(above, part, flags);
            errno = at.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        }

        if (errno == 0)
        {
            return at;
        }

        at.Dispose();
        return null;
    }

    private static void Settle(FileDescriptor directory, string name, string aside, in LockFileMark expected, Func<FileDescriptor, string, bool>? isMeant, string path)
    {
        int errno = LockFileMark.Take(directory, aside, out LockFileMark moved);
        if (errno == 0 && moved.IsSameFile(expected) && isMeant?.Invoke(directory, aside) != false)
        {
            Check(Libc.UnlinkAt(directory, aside, 0), path);
            return;
        }

        if (Libc.RenameExclusively(directory, aside, name) != 0)
        {
            throw new IOException(
                $"{path} was made anew by somebody while it was being removed, and could not be put back ({Errno.Describe(Marshal.GetLastPInvokeError())}): it is {aside} in the same directory now.");
        }
    }

    private static bool IsThere(FileDescriptor directory, string name, in LockFileMark expected, string path)
    {
        int errno = LockFileMark.Take(directory, name, out LockFileMark found);
        Fail(errno, path);
        return errno == 0 && found.IsSameFile(expected);
    }

    private static void Check(int result, string path) => Fail(result == 0 ? 0 : Marshal.GetLastPInvokeError(), path);

    private static void Fail(int errno, string path)
    {
        if (errno is not (0 or Errno.ENOENT or Errno.ENOTDIR))
        {
            throw new IOException($"{path}: {Errno.Describe(errno)}");
        }
    }
}
