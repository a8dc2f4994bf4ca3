using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>A connection to a shim: requests and their replies by number, events to whoever asked.</summary>
internal sealed class ShimConnection : IAsyncDisposable
{
    private const int LargestDatagram = 8 * 1024;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    private readonly Socket _socket;
    private readonly Action<ShimMessage> _onEvent;
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<ShimMessage?>> _pending = new();
    private readonly Task _receiving;
    private uint _sequence;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">Connected, SOCK_SEQPACKET.</param>
    /// <param name="onEvent">Called for each event, in order, on the receiving loop: must not block.</param>
    public ShimConnection(Socket socket, Action<ShimMessage> onEvent)
    {
        _socket = socket;
        _onEvent = onEvent;
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Completes when the other end is gone.</summary>
    public Task Closed => _receiving;

    /// <summary>The process at the other end, as the kernel vouches for it: PID in our namespace, and user.</summary>
    public static (int Pid, uint UserId) PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return (MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]));
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <returns>The reply; null when the shim is gone.</returns>
    public async Task<ShimMessage?> RequestAsync(ShimMessageType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        uint sequence = Interlocked.Increment(ref _sequence);
        TaskCompletionSource<ShimMessage?> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[sequence] = reply;
        try
        {
            if (_receiving.IsCompleted || !await SendAsync(ShimMessage.Compose(type, sequence, payload.Span), cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            return await reply.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _pending.TryRemove(sequence, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _receiving.ConfigureAwait(false);
    }

    private async Task<bool> SendAsync(byte[] datagram, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(datagram, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The shim went away: its end is seen by the receiving loop, and told by the null answer.
            return false;
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[LargestDatagram];
        try
        {
            int length;
            while ((length = await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false)) > 0)
            {
                if (ShimMessage.Parse(buffer.AsSpan(0, length)) is { } message)
                {
                    Dispatch(message);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Reset by the other end, or disposed by ours: both are the end of the connection.
            return;
        }
        finally
        {
            foreach (TaskCompletionSource<ShimMessage?> pending in _pending.Values)
            {
                pending.TrySetResult(null);
            }
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
}
