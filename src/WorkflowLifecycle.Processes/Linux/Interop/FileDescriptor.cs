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

    public override bool IsInvalid => handle.ToInt64() < 0;

    /// <summary>The number, for calls that end before this object does.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
