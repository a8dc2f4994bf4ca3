using System.ComponentModel;
using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>The few libc calls that a raw client of the shim needs; deliberately not the product's own interop.</summary>
internal static unsafe partial class Native
{
    public const int EINTR = 4, SIGKILL = 9, SIGTERM = 15, SIGCONT = 18, SIGSTOP = 19;
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_APPEND = 0x400, O_CLOEXEC = 0x80000;
    public const int AF_UNIX = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5, SOCK_CLOEXEC = 0x80000;
    public const short POLLIN = 1;

    private const int F_DUPFD_CLOEXEC = 1030, SYS_pidfd_open = 434;

    /// <summary>Differs between x86-64 and arm64.</summary>
    public static int O_DIRECTORY => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int fd, int command, int argument);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(int fd, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int fd, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int CreateSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectSocket(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendBytes(int fd, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveBytes(int fd, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollFds(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signo);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MountFileSystem(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnmountFileSystem(string target, int flags);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Fd;
        public short Events, Revents;
    }

    private static int Check(nint result, string what) =>
        result >= 0 ? (int)result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    public static int Open(string path, int flags, int mode = 0) => Check(OpenFile(path, flags | O_CLOEXEC, mode), "open " + path);

    public static int PidfdOpen(int pid) => Check(SystemCall(SYS_pidfd_open, pid, 0), "pidfd_open");

    /// <summary>A copy well above the numbers that the shim is given, so that placing one never covers another.</summary>
    public static int MoveUp(int fd)
    {
        int moved = Check(Fcntl(fd, F_DUPFD_CLOEXEC, 400), "fcntl");
        Close(fd);
        return moved;
    }

    public static int Memory(ReadOnlySpan<byte> content)
    {
        int fd = Check(MemfdCreate("shim-test", 1), "memfd_create");
        Write(fd, content);
        return fd;
    }

    public static void Write(int fd, ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            fixed (byte* bytes = content) content = content[Check(WriteFile(fd, bytes, content.Length), "write")..];
        }
    }

    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer) return Check(ReadFile(fd, bytes, buffer.Length), "read");
    }

    public static (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        Check(Pipe2(ends, O_CLOEXEC), "pipe2");
        return (ends[0], ends[1]);
    }

    public static (int Ours, int Theirs) ChannelPair()
    {
        int* ends = stackalloc int[2];
        Check(SocketPair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
        return (ends[0], ends[1]);
    }

    /// <summary>Connects to a unix socket; the tests' own paths are short enough for an address.</summary>
    public static int Connect(string path, int type)
    {
        int fd = Check(CreateSocket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket");
        byte[] address = new byte[110];
        address[0] = AF_UNIX;
        byte[] name = System.Text.Encoding.UTF8.GetBytes(path);
        name.CopyTo(address, 2);
        fixed (byte* bytes = address)
        {
            if (ConnectSocket(fd, bytes, (uint)(3 + name.Length)) == 0) return fd;
        }

        int error = Marshal.GetLastPInvokeError();
        Close(fd);
        throw new Win32Exception(error, $"connect {path}: {error}");
    }

    /// <summary>Sends one datagram; false when the other side is gone or takes nothing.</summary>
    public static bool Send(int fd, ReadOnlySpan<byte> datagram)
    {
        const int dontWait = 0x40, noSignal = 0x4000;
        fixed (byte* bytes = datagram) return SendBytes(fd, bytes, datagram.Length, dontWait | noSignal) == datagram.Length;
    }

    /// <summary>Null when nothing came in time; empty at the end of the conversation.</summary>
    public static byte[]? Receive(int fd, int timeoutMs)
    {
        PollEntry entry = new() { Fd = fd, Events = POLLIN };
        int ready = PollFds(&entry, 1, timeoutMs);
        if (ready < 0 && Marshal.GetLastPInvokeError() == EINTR) return null;
        if (Check(ready, "poll") == 0) return null;
        byte[] buffer = new byte[8192];
        fixed (byte* bytes = buffer)
        {
            nint length = ReceiveBytes(fd, bytes, buffer.Length, 0);
            return length <= 0 ? [] : buffer[..(int)length];
        }
    }

    public static void Mount(string source, string target, string? type, nuint flags, string? data) =>
        Check(MountFileSystem(source, target, type, flags, data), "mount " + target);

    public static void Unmount(string target) => Check(UnmountFileSystem(target, 0), "umount " + target);
}
