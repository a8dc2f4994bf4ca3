using System.Buffers;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>The locks of the machine, as <c>/proc/locks</c> shows them here.</summary>
/// <param name="Held">What was shown.</param>
/// <param name="IsWhole">
/// False where one that is held may be missing: the kernel prints a page at a time, and what is taken or left in between moves the rest.
/// </param>
internal sealed record LockTable(IReadOnlyList<KernelLock> Held, bool IsWhole)
{
    // A line is 90 bytes at most; a page that could not have held another one may not be the last.
    private const int CertainlyOnePage = 4096 - 128;
    private const int UsualBytes = 16 * 1024;
    private const int MostBytes = 64 * UsualBytes;

    public static LockTable Read()
    {
        for (int size = UsualBytes; ; size *= 8)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                int length = SmallFile.Read("/proc/locks", buffer.AsSpan(0, size));
                if (length < size || size >= MostBytes)
                {
                    return new LockTable(Parse(buffer.AsSpan(0, Math.Max(length, 0))), length is >= 0 and < CertainlyOnePage);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>The locks that are held through a descriptor of a process.</summary>
    public static List<KernelLock> Of(int pid, string descriptor)
    {
        Span<byte> buffer = stackalloc byte[4096];
        int length = SmallFile.Read($"/proc/{pid}/fdinfo/{descriptor}", buffer);
        return Parse(buffer[..Math.Max(length, 0)]);
    }

    private static List<KernelLock> Parse(ReadOnlySpan<byte> text)
    {
        List<KernelLock> held = [];
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text[range];
            line = line.StartsWith("lock:\t"u8) ? line["lock:\t"u8.Length..] : line;
            if (KernelLock.TryParse(line, out KernelLock found))
            {
                held.Add(found);
            }
        }

        return held;
    }
}
