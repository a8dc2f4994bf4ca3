using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>An owned file descriptor.</summary>
internal sealed class FileDescriptor : SafeHandle
{
    public FileDescriptor()
        : base(new IntPtr(-1), ownsHandle: true)
    {
    }

    public FileDescriptor(int descriptor)
        : this() => SetHandle(descriptor);

    // The C library returns an int: whether the upper half of the register is sign-extended is nobody's promise.
    public override bool IsInvalid => Number < 0;

    /// <summary>The number, for calls that end before this object does.</summary>
    public int Number => unchecked((int)handle);

    /// <summary>A second descriptor of the same open file, closed on exec.</summary>
    /// <exception cref="IOException">No descriptor is free.</exception>
    public static FileDescriptor Duplicate(int descriptor)
    {
        int copy = Libc.Fcntl(descriptor, Libc.FcntlDuplicateCloseOnExec, 0);
        return copy >= 0 ? new FileDescriptor(copy) : throw new IOException($"dup: {Errno.Describe(Marshal.GetLastPInvokeError())}");
    }

    protected override bool ReleaseHandle() => Libc.Close(Number) == 0;
}
