using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>pidfd calls: a descriptor names one process for good, whatever becomes of its PID.</summary>
internal static class PidDescriptor
{
    // The same numbers on every architecture: these calls are newer than the unified table.
    private const int PidfdOpen = 434;
    private const int PidfdSendSignal = 424;
    private const int PidfdGetFd = 438;
    private const int AtEmptyPath = 0x1000;
    private const int HandleHeader = 8;
    private const int HandleCapacity = 128;
    private const string NumberField = "Pid:";

    /// <summary>Opens a process; null when it is gone or the kernel has no pidfds (the errno tells).</summary>
    public static FileDescriptor? Open(int pid, out int errno)
    {
        nint descriptor;
        do
        {
            descriptor = Libc.SystemCall(PidfdOpen, pid, 0, 0, 0);
            errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (DescriptorReserve.Release(errno));

        return descriptor < 0 ? null : new FileDescriptor((int)descriptor);
    }

    /// <summary>A descriptor of our own for what a process has under a number, closed on exec; null where that is not to be had (the errno tells).</summary>
    public static FileDescriptor? Take(FileDescriptor process, int descriptor, out int errno)
    {
        nint taken;
        do
        {
            taken = Libc.SystemCall(PidfdGetFd, process.Number, descriptor, 0, 0);
            errno = taken < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (DescriptorReserve.Release(errno));

        return taken < 0 ? null : new FileDescriptor((int)taken);
    }

    /// <summary>The number of the process: 0 where it can't be seen from here, -1 when that number is free again, null when it is not told.</summary>
    public static int? NumberOf(FileDescriptor process)
    {
        foreach (ReadOnlySpan<char> line in (SmallFile.ReadText($"/proc/self/fdinfo/{process.Number}") ?? string.Empty).AsSpan().EnumerateLines())
        {
            if (line.StartsWith(NumberField) && int.TryParse(line[NumberField.Length..].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            {
                return number;
            }
        }

        return null;
    }

    /// <summary>Whether the kernel has no pidfds, or a sandbox hides them: some answer EPERM to calls that they do not know.</summary>
    public static bool IsMissing(int errno) => errno is Errno.ENOSYS or Errno.EPERM;

    /// <summary>Sends a signal; 0 or the errno.</summary>
    public static int Signal(FileDescriptor process, int signal) =>
        Libc.SystemCall(PidfdSendSignal, process.Number, signal, 0, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>True when the kernel says that no process has that PID. Sends nothing.</summary>
    public static bool IsUnused(int pid) => Libc.Kill(pid, 0) != 0 && Marshal.GetLastPInvokeError() == Errno.ESRCH;

    /// <summary>True when the whole process has exited, collected or not: a leader in state Z may still have threads.</summary>
    public static bool HasExited(FileDescriptor process)
    {
        PollRequest request = new() { Descriptor = process.Number, Events = PollRequest.Readable };
        return Libc.Poll(ref request, 1, 0) > 0;
    }

    /// <summary>The kernel's file handle of the process (hexadecimal), never reused within a boot; null on kernels without pidfs.</summary>
    public static unsafe string? Handle(FileDescriptor process)
    {
        byte* buffer = stackalloc byte[HandleHeader + HandleCapacity];
        *(uint*)buffer = HandleCapacity;
        if (Libc.NameToHandle(process, string.Empty, buffer, out _, AtEmptyPath) != 0)
        {
            return null;
        }

        uint length = *(uint*)buffer;
        return length is 0 or > HandleCapacity ? null : Convert.ToHexStringLower(new ReadOnlySpan<byte>(buffer + HandleHeader, (int)length));
    }
}
