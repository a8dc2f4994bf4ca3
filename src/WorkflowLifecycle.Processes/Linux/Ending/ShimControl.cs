using System.Net.Sockets;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>The control socket of a run's shim, as any of our processes uses it.</summary>
internal sealed class ShimControl : IAsyncDisposable
{
    /// <summary>The limit of the design: a shim that does not answer within it is not counted on.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource<EndNotice?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _timeProvider;
    private readonly Action<ShimMessage>? _onEvent;
    private ShimConnection? _connection;
    private ExitNotice? _exit;

    private ShimControl(TimeProvider timeProvider, Action<ShimMessage>? onEvent)
    {
        _timeProvider = timeProvider;
        _onEvent = onEvent;
    }

    /// <summary>Completes with the end of the tree; with null when the shim is lost before.</summary>
    public Task<EndNotice?> Ended => _ended.Task;

    /// <summary>Completes when the shim has closed the connection.</summary>
    public Task Closed => _connection!.Closed;

    /// <summary>Connects and watches.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="shim">The shim on record.</param>
    /// <param name="machine">This machine.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="onEvent">Called for each event that follows the status, on the waiting thread: must not block.</param>
    /// <returns>With how the tree is; nothing when no shim answers in time, or what answers is not the shim on record.</returns>
    public static async Task<(ShimControl? Control, HoldStatus? Status)> ConnectAsync(
        RunDirectory directory, ProcessIdentity shim, Machine machine, TimeProvider timeProvider, CancellationToken cancellationToken, Action<ShimMessage>? onEvent = null)
    {
        using Socket? socket = CreateSocket();
        if (socket is null)
        {
            return default;
        }

        FileDescriptor connected;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(directory.ControlSocketPath), cancellationToken).AsTask()
                .WaitAsync(AnswerLimit, timeProvider, cancellationToken).ConfigureAwait(false);
            if (ShimConnection.PeerOf(socket).Pid != shim.Pid || machine.Look(shim) != ProcessPresence.Present)
            {
                return default;
            }

            connected = DescriptorReserve.Duplicate((int)socket.Handle);
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException or ArgumentException or IOException)
        {
            // No socket, nobody listening, a listener that is stopped, or no descriptor free: the strength drops, and the report says so.
            return default;
        }

        ShimControl control = new(timeProvider, onEvent);
        try
        {
            control._connection = new ShimConnection(connected, control.OnEvent);
        }
        catch (IOException)
        {
            // The kernel watches no further descriptor for this user: as good as no holder.
            connected.Dispose();
            return default;
        }

        _ = control.WatchConnectionAsync();
        if (await control.AskAsync(ShimMessageType.Watch, default, cancellationToken).ConfigureAwait(false) is { Type: ShimMessageType.StatusReply } answer)
        {
            HoldStatus status = ShimReadings.Status(answer);
            if (status.IsEmpty)
            {
                control._ended.TrySetResult(status.End);
            }

            return (control, status);
        }

        await control.DisposeAsync().ConfigureAwait(false);
        return default;
    }

    /// <summary>Asks; null when there is no answer in time.</summary>
    public Task<ShimMessage?> AskAsync(ShimMessageType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        AskAsync(type, payload, AnswerLimit, cancellationToken);

    /// <summary>Asks for what may take the shim longer; null when there is no answer in time.</summary>
    public async Task<ShimMessage?> AskAsync(ShimMessageType type, ReadOnlyMemory<byte> payload, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection!.RequestAsync(type, payload, cancellationToken)
                .WaitAsync(limit, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Stopped or overwhelmed: the caller goes on without it.
            return null;
        }
    }

    public ValueTask DisposeAsync() => _connection!.DisposeAsync();

    private static Socket? CreateSocket()
    {
        while (true)
        {
            try
            {
                return new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            }
            catch (SocketException exception)
            {
                if (exception.SocketErrorCode != SocketError.TooManyOpenSockets || !DescriptorReserve.Release(Errno.EMFILE))
                {
                    // Without a socket the tree is ended through its cgroup, and by signals.
                    return null;
                }
            }
        }
    }

    private void OnEvent(ShimMessage message)
    {
        if (message.Type == ShimMessageType.Exit)
        {
            _exit = ShimReadings.Exit(message);
        }
        else if (message.Type == ShimMessageType.Empty)
        {
            _ended.TrySetResult(ShimReadings.Empty(message, _exit));
        }

        _onEvent?.Invoke(message);
    }

    private async Task WatchConnectionAsync()
    {
        await _connection!.Closed.ConfigureAwait(false);
        _ended.TrySetResult(null);
    }
}
