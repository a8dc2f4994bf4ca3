using System.Diagnostics;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>One conversation with the shim: the host channel or a connection to its control socket.</summary>
internal sealed class ControlClient(int fd) : IDisposable
{
    private readonly Queue<Message> _events = new();
    private uint _seq;
    private int _fd = fd;

    public static ControlClient Connect(string runDirectory) =>
        new(Native.Connect(System.IO.Path.Combine(runDirectory, "ctl"), Native.SOCK_SEQPACKET));

    public uint Post(MessageType type, ReadOnlySpan<byte> payload = default)
    {
        Assert.True(Native.Send(_fd, Message.Compose(type, ++_seq, payload)), $"{type} could not be sent");
        return _seq;
    }

    public bool TrySendRaw(ReadOnlySpan<byte> datagram) => Native.Send(_fd, datagram);

    /// <summary>The next datagram as it comes; null at the end of the conversation.</summary>
    public Message? Next(int timeoutMs = 10_000)
    {
        byte[] datagram = Native.Receive(_fd, timeoutMs) ?? throw new TimeoutException($"The shim said nothing for {timeoutMs} ms.");
        return datagram.Length == 0 ? null : Message.Parse(datagram);
    }

    public bool IsSilentFor(int milliseconds) => _events.Count == 0 && Native.Receive(_fd, milliseconds) is null;

    public async Task<Message> RequestAsync(MessageType type, byte[]? payload = null)
    {
        uint seq = Post(type, payload);
        return await TakeAsync(m => m.Seq == seq && m.Type < MessageType.Ready || m.Seq == seq && type == MessageType.Go, type.ToString());
    }

    public Task<Message> EventAsync(MessageType type, int timeoutMs = 20_000) => TakeAsync(m => m.Type == type, type.ToString(), timeoutMs);

    public async Task<ShimStatus> StatusAsync() => ShimStatus.From(await RequestAsync(MessageType.Status));

    /// <summary>Reads until the shim closes the conversation.</summary>
    public async Task UntilClosedAsync(int timeoutMs = 10_000) =>
        await Task.Run(() =>
        {
            while (Next(timeoutMs) is not null)
            {
            }
        });

    private Task<Message> TakeAsync(Func<Message, bool> wanted, string what, int timeoutMs = 20_000) => Task.Run(() =>
    {
        for (int waiting = _events.Count; waiting > 0; waiting--)
        {
            Message kept = _events.Dequeue();
            if (wanted(kept)) return kept;
            _events.Enqueue(kept);
        }

        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            int left = timeoutMs - (int)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            byte[] datagram = Native.Receive(_fd, Math.Max(left, 0)) ?? throw new TimeoutException($"Waited {timeoutMs} ms for {what}.");
            if (datagram.Length == 0) throw new EndOfStreamException($"The shim closed the conversation instead of {what}.");
            Message message = Message.Parse(datagram);
            if (wanted(message)) return message;
            _events.Enqueue(message);
        }
    });

    public void Dispose()
    {
        if (_fd >= 0) Native.Close(_fd);
        _fd = -1;
    }
}
