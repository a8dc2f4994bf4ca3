using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>The path of a directory or a file without the symbolic links that lead to it.</summary>
internal static class RealPath
{
    private const int LongestPath = 4096;

    /// <summary>The path; null when there is no such directory, or none that may be opened.</summary>
    public static string? Of(string path) => Of(path, Libc.OpenDirectory);

    /// <summary>The same for whatever is there.</summary>
    public static string? OfAny(string path) => Of(path, 0);

    private static unsafe string? Of(string path, int kind)
    {
        using FileDescriptor entry = DescriptorReserve.Open(path, Libc.OpenPathOnly | kind | Libc.OpenCloseOnExec);
        if (entry.IsInvalid)
        {
            return null;
        }

        byte* buffer = stackalloc byte[LongestPath];
        nint length = Libc.ReadLink($"/proc/self/fd/{entry.Number}", buffer, LongestPath);
        return length <= 0 || length == LongestPath ? null : Encoding.UTF8.GetString(buffer, (int)length);
    }
}
