using System.Runtime.InteropServices;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.NetTables;

/// <summary>
/// The kernel's lists of sockets, <c>/proc/PID/net/*</c>: those of the network namespace of that process. They are read on to their end, however long they are
/// (150 bytes for each connection of the machine), unless who asks stops it.
/// </summary>
internal static class NetTable
{
    private const int BlockSize = 64 * 1024;

    /// <summary>The lines below the heading, read while they are asked for; none where there is no such list, or no such process any more.</summary>
    /// <param name="process">A process of the namespace, <c>self</c> for our own.</param>
    /// <param name="name">Which list: <c>tcp</c>, <c>tcp6</c>, <c>udp</c>, <c>udp6</c>, <c>unix</c>.</param>
    /// <param name="goOn">Asked before each block: false ends the list where it is.</param>
    /// <exception cref="IOException">There is one, and it can't be read: what is not seen then may be there.</exception>
    public static IEnumerable<string> ReadLines(string process, string name, Func<bool> goOn)
    {
        string path = $"/proc/{process}/net/{name}";
        using FileDescriptor file = DescriptorReserve.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        if (file.IsInvalid)
        {
            if (Marshal.GetLastPInvokeError() is var errno && IsNone(errno))
            {
                yield break;
            }

            throw Unreadable(path, errno);
        }

        bool isHeading = true;
        foreach (string line in ReadLines(file, path, goOn))
        {
            if (!isHeading)
            {
                yield return line;
            }

            isHeading = false;
        }
    }

    private static IEnumerable<string> ReadLines(FileDescriptor file, string path, Func<bool> goOn)
    {
        byte[] buffer = new byte[BlockSize];
        int kept = 0;
        while (goOn() && SmallFile.ReadAll(file, buffer.AsSpan(kept)) is var read and not 0)
        {
            if (read < 0)
            {
                if (Marshal.GetLastPInvokeError() is var errno && IsNone(errno))
                {
                    yield break;
                }

                throw Unreadable(path, errno);
            }

            int start = 0;
            int filled = kept + read;
            for (int end; (end = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
            {
                yield return Encoding.UTF8.GetString(buffer, start, end);
            }

            // A line that fills a whole block is none of the kernel's.
            kept = start == 0 && filled == buffer.Length ? 0 : filled - start;
            buffer.AsSpan(start, kept).CopyTo(buffer);
        }
    }

    // The machine does not have that protocol, or the process whose list it is went meanwhile.
    private static bool IsNone(int errno) => errno is Errno.ENOENT or Errno.ESRCH;

    private static IOException Unreadable(string path, int errno) => new($"{path}: {Errno.Describe(errno)}");
}
