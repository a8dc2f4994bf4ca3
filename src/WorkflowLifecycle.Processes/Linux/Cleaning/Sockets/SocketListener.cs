using System.Diagnostics.CodeAnalysis;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>
/// Who called listen(2) for a socket last. The kernel keeps that with the socket itself, and tells it to whoever has a descriptor of it: we take one from a process that
/// has it, ask, and close it at once.
/// </summary>
internal sealed class SocketListener : IDisposable
{
    private const int MostKept = 8;

    // What turned out not to be a socket. It stays open: closing a file would take this process' own locks on it away.
    private static readonly List<FileDescriptor> _kept = [];

    private readonly FileDescriptor? _process;

    private SocketListener(FileDescriptor socket)
    {
        IsThere = SocketOptions.IsListening(socket);
        Pid = IsThere ? SocketOptions.ListenerOf(socket) : 0;
        int errno = 0;
        _process = IsThere ? SocketOptions.OpenListenerOf(socket, out errno) : null;
        Refusal = errno;
    }

    /// <summary>Whether somebody called for that at all.</summary>
    public bool IsThere { get; }

    /// <summary>The number that process had then; 0 when it can't be seen from here.</summary>
    public int Pid { get; }

    /// <summary>Why the process itself is not to be had; 0 when it is.</summary>
    public int Refusal { get; }

    /// <summary>True where the kernel gives no more than a number (before Linux 6.5): it may be another process' by now.</summary>
    public bool IsNumberOnly => Refusal == Errno.ENOPROTOOPT;

    /// <summary>Asks by a descriptor of a process.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="descriptor">Its descriptor of the socket, as it was seen.</param>
    /// <param name="inode">The kernel's number of the socket.</param>
    /// <param name="errno">Why it could not be asked; 0 when something else has that descriptor by now.</param>
    public static SocketListener? Ask(int pid, int descriptor, ulong inode, out int errno)
    {
        using FileDescriptor? process = PidDescriptor.Open(pid, out errno);
        if (process is null)
        {
            return null;
        }

        if (IsFull())
        {
            errno = Errno.EMFILE;
            return null;
        }

        FileDescriptor? socket = PidDescriptor.Take(process, descriptor, out errno);
        if (socket is not null && !SocketOptions.IsSocket(socket))
        {
            Keep(socket);
            return null;
        }

        using (socket)
        {
            // As long as it is open here it lives on, whoever else lets go: nothing is waited for in between.
            return socket is not null && (errno = EntryFacts.Read(socket, out EntryFacts facts)) == 0 && facts.Inode == inode ? new SocketListener(socket) : null;
        }
    }

    /// <summary>The process, by its start too; false when that number is free again, or never was one here.</summary>
    public bool TryIdentify([NotNullWhen(true)] out ProcessKey? process)
    {
        // As long as that process has its number nobody else can: what is read under it in between is its own.
        process = IsItsNumber() && ProcessReader.TryReadStat(Pid, out ProcStat stat) && IsItsNumber() ? ProcessKey.Of(stat) : null;
        return process is not null;
    }

    public void Dispose() => _process?.Dispose();

    private bool IsItsNumber() => Pid > 0 && (IsNumberOnly || (_process is not null && PidDescriptor.NumberOf(_process) == Pid));

    private static bool IsFull()
    {
        lock (_kept)
        {
            return _kept.Count >= MostKept;
        }
    }

    private static void Keep(FileDescriptor file)
    {
        lock (_kept)
        {
            _kept.Add(file);
        }
    }
}
