using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>The end of an output file. The program can put anything in its place.</summary>
internal static class OutputEnd
{
    /// <summary>The text after the first line end of the last <see cref="EvidenceLimits.OutputBytes"/>: half a line may have lost the word by which a secret is known.</summary>
    public static unsafe string Read(string path)
    {
        using FileDescriptor? file = UntrustedFile.Open(path);
        if (file is null || !FileLook.TryTake($"/proc/self/fd/{file.Number}", followLinks: true, out FileLook look))
        {
            return string.Empty;
        }

        byte[] buffer = new byte[EvidenceLimits.OutputBytes];
        long offset = Math.Max(0, (long)look.Size - buffer.Length);
        nint length;
        fixed (byte* start = buffer)
        {
            length = Libc.ReadAt(file, start, (nuint)buffer.Length, offset);
        }

        ReadOnlySpan<byte> text = buffer.AsSpan(0, (int)Math.Max(length, 0));
        if (offset > 0)
        {
            int end = text.IndexOf((byte)'\n');
            text = end < 0 ? default : text[(end + 1)..];
        }

        return Encoding.UTF8.GetString(text);
    }
}
