using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Waiting;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>A connection to a shim: requests and their replies by number, events to whoever asked.</summary>
internal sealed class ShimConnection : IAsyncDisposable
{
    private const int LargestDatagram = 8 * 1024;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int DatagramsPerTurn = 16;

    private readonly FileDescriptor _socket;
    private readonly Action<ShimMessage> _onEvent;
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<ShimMessage?>> _pending = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly long _watch;
    private uint _sequence;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">Connected, SOCK_SEQPACKET.</param>
    /// <param name="onEvent">Called for each event, in order, on the waiting thread: must not block.</param>
    public ShimConnection(FileDescriptor socket, Action<ShimMessage> onEvent)
    {
        _socket = socket;
        _onEvent = onEvent;
        lock (_lock)
        {
            _watch = DescriptorLoop.Shared.Watch(socket, Receive);
        }
    }

    /// <summary>Completes when the other end is gone, or this one is disposed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The process at the other end, as the kernel vouches for it: PID in our namespace, and user.</summary>
    public static (int Pid, uint UserId) PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return (MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]));
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <returns>The reply; null when the shim is gone, or takes no more requests.</returns>
    public async Task<ShimMessage?> RequestAsync(ShimMessageType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        uint sequence = Interlocked.Increment(ref _sequence);
        TaskCompletionSource<ShimMessage?> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[sequence] = reply;
        try
        {
            return Send(ShimMessage.Compose(type, sequence, payload.Span))
                ? await reply.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
                : null;
        }
        finally
        {
            _pending.TryRemove(sequence, out _);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            Close();
        }

        return ValueTask.CompletedTask;
    }

    private unsafe bool Send(byte[] datagram)
    {
        lock (_lock)
        {
            if (_closed.Task.IsCompleted)
            {
                return false;
            }

            fixed (byte* start = datagram)
            {
                return Libc.Send(_socket, start, (nuint)datagram.Length, NoSignal | DoNotWait) == datagram.Length;
            }
        }
    }

    private unsafe void Receive()
    {
        byte* buffer = stackalloc byte[LargestDatagram];
        lock (_lock)
        {
            // A program can send notifications faster than they are taken. What is left is taken in the next turn: the others that the loop
            // serves come first, and whoever wants to send.
            for (int taken = 0; taken < DatagramsPerTurn && !_closed.Task.IsCompleted; taken++)
            {
                nint length = Libc.Receive(_socket, buffer, LargestDatagram, DoNotWait);
                int errno = length < 0 ? Marshal.GetLastPInvokeError() : 0;
                if (errno == Errno.EAGAIN)
                {
                    return;
                }

                // A shim that talks nonsense is no better a witness than one that is gone.
                if (length == 0 || (length < 0 && errno != Errno.EINTR) || (length > 0 && !TryDispatch(new ReadOnlySpan<byte>(buffer, (int)length))))
                {
                    Close();
                }
            }
        }
    }

    private bool TryDispatch(ReadOnlySpan<byte> datagram)
    {
        if (ShimMessage.Parse(datagram) is not { } message)
        {
            return true;
        }

        try
        {
            Dispatch(message);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private void Dispatch(ShimMessage message)
    {
        if (message.Sequence == 0)
        {
            _onEvent(message);
        }
        else if (_pending.TryGetValue(message.Sequence, out TaskCompletionSource<ShimMessage?>? pending))
        {
            pending.TrySetResult(message);
        }
    }

    private void Close()
    {
        if (!_closed.TrySetResult())
        {
            return;
        }

        DescriptorLoop.Shared.Forget(_socket, _watch);
        _socket.Dispose();
        foreach (TaskCompletionSource<ShimMessage?> pending in _pending.Values)
        {
            pending.TrySetResult(null);
        }
    }
}
