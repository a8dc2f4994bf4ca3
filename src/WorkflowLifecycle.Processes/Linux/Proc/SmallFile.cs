using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>Reads the small files of procfs and cgroupfs with one open and no string of the path's content in between.</summary>
internal static class SmallFile
{
    /// <summary>Reads up to the length of the buffer; -1 when the file cannot be opened or read.</summary>
    public static unsafe int Read(string path, Span<byte> buffer)
    {
        using FileDescriptor file = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
        return file.IsInvalid ? -1 : ReadAll(file, buffer);
    }

    /// <summary>The whole text, up to 64 KiB; null when the file cannot be opened or read.</summary>
    public static string? ReadText(string path)
    {
        byte[] buffer = new byte[64 * 1024];
        int length = Read(path, buffer);
        return length < 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, 0, length);
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
