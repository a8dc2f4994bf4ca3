using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cgroups;

/// <summary>Tells a cgroup v2 directory from any other: the absence of a path means something only where cgroups are shown.</summary>
internal static class CgroupFileSystem
{
    private const long Magic = 0x63677270;
    private const int BufferSize = 256;

    public static unsafe bool Holds(string directory)
    {
        byte* buffer = stackalloc byte[BufferSize];
        return Libc.FileSystemStatus(directory, buffer) == 0 && *(long*)buffer == Magic;
    }
}
