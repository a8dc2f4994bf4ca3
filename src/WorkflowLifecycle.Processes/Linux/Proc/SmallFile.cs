using System.Buffers;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>Reads the small files of procfs and cgroupfs with one open and no string of the path's content in between.</summary>
internal static class SmallFile
{
    private const int Smallest = 64 * 1024;
    private const int Largest = 8 * 8 * Smallest;

    /// <summary>Reads up to the length of the buffer; -1 when the file cannot be opened or read.</summary>
    public static unsafe int Read(string path, Span<byte> buffer)
    {
        using FileDescriptor file = DescriptorReserve.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        return file.IsInvalid ? -1 : ReadAll(file, buffer);
    }

    /// <summary>The whole text, up to 4 MiB; null when the file cannot be opened or read.</summary>
    public static string? ReadText(string path)
    {
        for (int size = Smallest; ; size *= 8)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                int length = Read(path, buffer.AsSpan(0, size));
                if (length < size || size == Largest)
                {
                    return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public static unsafe int ReadAll(FileDescriptor file, Span<byte> buffer)
    {
        int total = 0;
        fixed (byte* start = buffer)
        {
            while (total < buffer.Length)
            {
                nint read = Libc.Read(file, start + total, (nuint)(buffer.Length - total));
                if (read < 0)
                {
                    return -1;
                }

                if (read == 0)
                {
                    break;
                }

                total += (int)read;
            }
        }

        return total;
    }
}
