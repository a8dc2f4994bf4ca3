using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>
/// A file that nobody else on the machine has open or mapped, as the kernel itself says, and that nobody opens while this is held: whoever tries waits.
/// </summary>
internal static class FileLease
{
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const int Exclusive = 1;

    // Who comes meanwhile is announced by a signal. The usual one would end this process; this one is ignored wherever nobody asked for it.
    private const int SignalUrgent = 23;

    /// <summary>Takes it; null where somebody has the file, or where that can't be told (the errno tells: EAGAIN for somebody).</summary>
    public static FileDescriptor? Take(FileDescriptor directory, string name, out int errno)
    {
        FileDescriptor file = DescriptorReserve.OpenAt(directory, name, Libc.OpenReadOnly | Libc.OpenNoFollow | Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        errno = file.IsInvalid || Libc.Fcntl(file.Number, SetSignal, SignalUrgent) != 0 || Libc.Fcntl(file.Number, SetLease, Exclusive) != 0
            ? Marshal.GetLastPInvokeError()
            : 0;
        if (errno == 0)
        {
            return file;
        }

        file.Dispose();
        return null;
    }
}
