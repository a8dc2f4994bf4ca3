using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>
/// The file that a program reads. A file or a device: opening a FIFO waits for its writer, and letting one go again ends that writer, so
/// neither happens.
/// </summary>
internal static class InputFile
{
    // O_PATH, O_NONBLOCK and O_NOCTTY are numbered alike on x86-64 and arm64.
    private const int OpenPath = 0x200000;
    private const int OpenNonBlocking = 0x800;
    private const int OpenNoTerminal = 0x100;
    private const int FcntlSetFlags = 4;

    /// <summary>Refuses what cannot be read as a file, before anything is recorded.</summary>
    public static void Check(string path)
    {
        using FileDescriptor place = Find(path);
    }

    /// <summary>Opens it for the program, without waiting for anybody.</summary>
    public static FileDescriptor Open(string path)
    {
        // What was checked is what is opened, whatever the name means by now.
        using FileDescriptor place = Find(path);
        FileDescriptor file = Libc.Open(
            string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{place.Number}"), Libc.OpenReadOnly | OpenNonBlocking | OpenNoTerminal | Libc.OpenCloseOnExec, 0);
        if (file.IsInvalid)
        {
            throw Failed(path, $"{path}: {Errno.Describe(Marshal.GetLastPInvokeError())}. Check its permissions.");
        }

        // The program inherits the flags with the descriptor, and expects a read that waits.
        _ = Libc.Fcntl(file.Number, FcntlSetFlags, 0);
        return file;
    }

    private static FileDescriptor Find(string path)
    {
        FileDescriptor place = Libc.Open(path, OpenPath | Libc.OpenCloseOnExec, 0);
        if (place.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw Failed(path, errno == Errno.ENOENT
                ? $"The input file {path} does not exist. Create it or name another."
                : $"The input file {path}: {Errno.Describe(errno)}. Check its permissions.");
        }

        FileFacts? facts = FileFacts.Of(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{place.Number}"), followLinks: true);
        if (facts?.KindThatIsNoFile is not { } kind)
        {
            return place;
        }

        place.Dispose();
        throw Failed(path, $"The input file {path} is {kind}. Name a file or a device; to feed a program while it runs, use {nameof(InputMode)}.{nameof(InputMode.Pipe)}.");
    }

    private static LaunchFailedException Failed(string path, string message) => new(LaunchStage.StandardStreams, message, path);
}
