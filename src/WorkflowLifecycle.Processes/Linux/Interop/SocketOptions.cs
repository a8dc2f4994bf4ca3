using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>What the kernel keeps of a socket and tells whoever has a descriptor of it. The numbers are those of x86-64 and arm64.</summary>
internal static partial class SocketOptions
{
    private const int Socket = 1;
    private const int Type = 3;
    private const int AcceptsConnections = 30;
    private const int PeerCredentials = 17;
    private const int PeerDescriptor = 77;
    private const int CredentialsSize = 12;

    /// <summary>False for what is surely none: a file, a pipe or the like.</summary>
    public static unsafe bool IsSocket(FileDescriptor descriptor)
    {
        int type = 0;
        uint length = sizeof(int);
        return GetOption(descriptor, Socket, Type, (byte*)&type, ref length) == 0 || Marshal.GetLastPInvokeError() != Errno.ENOTSOCK;
    }

    public static unsafe bool IsListening(FileDescriptor socket)
    {
        int value = 0;
        uint length = sizeof(int);
        return GetOption(socket, Socket, AcceptsConnections, (byte*)&value, ref length) == 0 && value != 0;
    }

    /// <summary>The number of the process that called listen(2) last; 0 when it can't be seen from here, or there is none.</summary>
    public static unsafe int ListenerOf(FileDescriptor socket)
    {
        // struct ucred: process, user, group.
        byte* credentials = stackalloc byte[CredentialsSize];
        uint length = CredentialsSize;
        return GetOption(socket, Socket, PeerCredentials, credentials, ref length) == 0 && length == CredentialsSize ? *(int*)credentials : 0;
    }

    /// <summary>That process itself, since Linux 6.5; null when it is not to be had (the errno tells).</summary>
    public static unsafe FileDescriptor? OpenListenerOf(FileDescriptor socket, out int errno)
    {
        int descriptor;
        do
        {
            descriptor = -1;
            uint length = sizeof(int);
            errno = GetOption(socket, Socket, PeerDescriptor, (byte*)&descriptor, ref length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (DescriptorReserve.Release(errno));

        return errno != 0 || descriptor < 0 ? null : new FileDescriptor(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static unsafe partial int GetOption(FileDescriptor socket, int level, int option, byte* value, ref uint length);
}
