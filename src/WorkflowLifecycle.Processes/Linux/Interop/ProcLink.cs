using System.Text;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Links of procfs. Where they point is told from the kernel's own memory: no file system is asked, so none can hold the reader up.</summary>
internal static class ProcLink
{
    private const int LongestPath = 4096;

    /// <summary>Its text; null when it cannot be read.</summary>
    public static unsafe string? Read(string path)
    {
        byte* buffer = stackalloc byte[LongestPath];
        nint length = Libc.ReadLink(path, buffer, LongestPath);
        return length > 0 ? Encoding.UTF8.GetString(buffer, (int)length) : null;
    }
}
