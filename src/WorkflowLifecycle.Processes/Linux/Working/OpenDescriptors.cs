using System.Globalization;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Evidence;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>The descriptors of a process, by <c>/proc/PID/fd</c>. Nothing is opened through it: closing a file would take this process's own locks on it away.</summary>
internal static class OpenDescriptors
{
    private const int LongestPath = 4096;
    private const string Deleted = " (deleted)";

    public static string PathOf(int pid, string descriptor) => $"/proc/{pid}/fd/{descriptor}";

    /// <summary>Their numbers, read while they are asked for. None when the process is gone, or not ours to look into.</summary>
    public static IEnumerable<string> Of(int pid) => DescriptorList.Of(pid).Select(number => number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The path of the file, as this process would open it; null for pipes, sockets and deleted files.</summary>
    public static unsafe string? ReadPath(int pid, string descriptor)
    {
        byte* buffer = stackalloc byte[LongestPath];
        nint length = Libc.ReadLink(PathOf(pid, descriptor), buffer, LongestPath);
        if (length <= 0 || buffer[0] != (byte)'/')
        {
            return null;
        }

        string path = Encoding.UTF8.GetString(buffer, (int)length);
        return path.EndsWith(Deleted, StringComparison.Ordinal) ? null : path;
    }
}
