using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>A file among those that are there now.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileKey(uint Major, uint Minor, ulong Inode)
{
    public bool IsOnDeviceOf(FileKey other) => (Major, Minor) == (other.Major, other.Minor);
}
