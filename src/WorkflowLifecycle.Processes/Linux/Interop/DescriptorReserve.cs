using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>
/// File descriptors that are kept for the hour when the process has no other left: whoever looks at a run or ends it gives one back to
/// the kernel and opens again. Another thread may be faster, which is why there are several.
/// </summary>
internal static class DescriptorReserve
{
    private const int Size = 8;

    private static readonly Lock _lock = new();
    private static readonly Stack<FileDescriptor> _held = new(Size);

    /// <summary>Takes what is missing, as far as the process may open more.</summary>
    public static void Fill()
    {
        lock (_lock)
        {
            while (_held.Count < Size)
            {
                FileDescriptor descriptor = Libc.Open("/dev/null", Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
                if (descriptor.IsInvalid)
                {
                    descriptor.Dispose();
                    return;
                }

                _held.Push(descriptor);
            }
        }
    }

    /// <summary>After a call that failed with this error: true when a descriptor was freed, so that it is worth another try.</summary>
    public static bool Release(int errno)
    {
        if (errno is not (Errno.EMFILE or Errno.ENFILE))
        {
            return false;
        }

        lock (_lock)
        {
            if (!_held.TryPop(out FileDescriptor? descriptor))
            {
                return false;
            }

            descriptor.Dispose();
            return true;
        }
    }

    /// <summary>Opens a file, with a descriptor of the reserve if it must be. Invalid when it cannot be opened; the error is the call's.</summary>
    public static FileDescriptor Open(string path, int flags)
    {
        FileDescriptor file = Libc.Open(path, flags, 0);
        while (file.IsInvalid && Release(Marshal.GetLastPInvokeError()))
        {
            file.Dispose();
            file = Libc.Open(path, flags, 0);
        }

        return file;
    }

    /// <summary>As <see cref="Open"/>, below a directory.</summary>
    public static FileDescriptor OpenAt(FileDescriptor directory, string path, int flags)
    {
        FileDescriptor file = Libc.OpenAt(directory, path, flags, 0);
        while (file.IsInvalid && Release(Marshal.GetLastPInvokeError()))
        {
            file.Dispose();
            file = Libc.OpenAt(directory, path, flags, 0);
        }

        return file;
    }

    /// <summary>A second descriptor of the same open file, closed on exec.</summary>
    /// <exception cref="IOException">No descriptor is free.</exception>
    public static FileDescriptor Duplicate(int descriptor)
    {
        int copy;
        do
        {
            copy = Libc.Fcntl(descriptor, Libc.FcntlDuplicateCloseOnExec, 0);
        }
        while (copy < 0 && Release(Marshal.GetLastPInvokeError()));
        return copy >= 0 ? new FileDescriptor(copy) : throw new IOException($"dup: {Errno.Describe(Marshal.GetLastPInvokeError())}");
    }
}
