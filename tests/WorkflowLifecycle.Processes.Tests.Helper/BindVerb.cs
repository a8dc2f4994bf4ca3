using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Mounts a directory on another one, and takes it off again.</summary>
internal static partial class BindVerb
{
    private const ulong Bind = 0x1000;
    private const int Detach = 2;

    public static int Run() => Harassment.Run(static (directory, other) => Mount(other, directory, null, Bind, 0) == 0 && Unmount(directory, Detach) == 0);

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, ulong flags, nint data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
