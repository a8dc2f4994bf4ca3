using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Paths as the kernel names them: without links.</summary>
internal static class WorkPath
{
    private const int LongestPath = 4096;

    /// <summary>The path of a directory without any link in it; null when it is gone or is none.</summary>
    public static unsafe string? OfDirectory(string path)
    {
        using FileDescriptor directory = DescriptorReserve.Open(path, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);
        if (directory.IsInvalid)
        {
            return null;
        }

        byte* buffer = stackalloc byte[LongestPath];
        nint length = Libc.ReadLink($"/proc/self/fd/{directory.Number}", buffer, LongestPath);
        return length > 0 && buffer[0] == (byte)'/' ? Encoding.UTF8.GetString(buffer, (int)length) : null;
    }

    public static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (directory.EndsWith('/') || (path.Length > directory.Length && path[directory.Length] == '/'));
}
