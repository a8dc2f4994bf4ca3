using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>The path of a directory without the symbolic links that lead to it.</summary>
internal static class RealPath
{
    private const int LongestPath = 4096;

    /// <summary>The path; null when there is no such directory, or none that may be opened.</summary>
    public static unsafe string? Of(string path)
    {
        using FileDescriptor directory = DescriptorReserve.Open(path, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);
        if (directory.IsInvalid)
        {
            return null;
        }

        byte* buffer = stackalloc byte[LongestPath];
        nint length = Libc.ReadLink($"/proc/self/fd/{directory.Number}", buffer, LongestPath);
        return length <= 0 || length == LongestPath ? null : Encoding.UTF8.GetString(buffer, (int)length);
    }
}
