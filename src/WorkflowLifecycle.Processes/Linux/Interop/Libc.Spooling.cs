using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Calls that write over blocks which were allocated before.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Allocate(FileDescriptor descriptor, long offset, long length);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static unsafe partial nint WriteAt(FileDescriptor descriptor, byte* buffer, nuint count, long offset);
}
