using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Opens and reads files that the program may have laid out: a FIFO, a device, a link, a lease or a gigabyte does no harm.</summary>
internal static class UntrustedFile
{
    private const int CurrentDirectory = -100;

    /// <summary>Opens a regular file for reading; null when it is none, or cannot be opened at once.</summary>
    public static FileDescriptor? Open(string path) => Open(new FileDescriptor(CurrentDirectory), path);

    /// <summary>As <see cref="Open(string)"/>, below a directory.</summary>
    public static FileDescriptor? Open(FileDescriptor directory, string name)
    {
        // Pinned without opening it, and opened through that: what was looked at is what is opened.
        using FileDescriptor pinned = DescriptorReserve.OpenAt(directory, name, Libc.OpenPathOnly | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (pinned.IsInvalid)
        {
            return null;
        }

        string path = $"/proc/self/fd/{pinned.Number}";
        if (!FileLook.TryTake(path, followLinks: true, out FileLook look) || !look.IsRegularFile)
        {
            return null;
        }

        FileDescriptor file = DescriptorReserve.Open(path, Libc.OpenReadOnly | Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        if (!file.IsInvalid)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Reads the beginning of a regular file; nothing when that cannot be done.</summary>
    public static ReadOnlySpan<byte> ReadStart(FileDescriptor? file, Span<byte> buffer) =>
        file is not null && SmallFile.ReadAll(file, buffer) is var length and > 0 ? buffer[..length] : default;
}
