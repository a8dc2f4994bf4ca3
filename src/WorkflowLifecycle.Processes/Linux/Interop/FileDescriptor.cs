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

    public override bool IsInvalid => Number < 0;

    /// <summary>The number, for calls that end before this object does.</summary>
    // The C library returns 32 bits, and says nothing of the upper half of the register that the handle is taken from: -1 may come as 0xFFFFFFFF.
    public int Number => unchecked((int)handle.ToInt64());

    protected override bool ReleaseHandle() => Libc.Close(Number) == 0;
}
