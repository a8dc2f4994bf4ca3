using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>statx(2) by the bytes of a name.</summary>
internal static partial class FileCalls
{
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static unsafe partial int Status(FileDescriptor directory, byte* name, int flags, uint mask, byte* buffer);
}
