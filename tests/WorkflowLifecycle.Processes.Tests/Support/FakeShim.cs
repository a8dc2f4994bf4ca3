using System.Collections.Concurrent;
using System.Net.Sockets;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A shim of another version, as far as a conversation goes: answers as it is told to, and does nothing.</summary>
internal sealed class FakeShim : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
    private readonly Func<ShimMessageType, (ShimMessageType Type, byte[] Payload)?> _answer;

    public FakeShim(string runDirectory, Func<ShimMessageType, (ShimMessageType Type, byte[] Payload)?> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(runDirectory, "ctl")));
        _listener.Listen();
        _ = Task.Run(ServeAsync);
    }

    /// <summary>What it was asked, in order.</summary>
    public ConcurrentQueue<ShimMessageType> Requests { get; } = new();

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        using Socket client = await _listener.AcceptAsync();
        byte[] buffer = new byte[4096];
        int length;
        while ((length = await client.ReceiveAsync(buffer)) > 0)
        {
            ShimMessage request = ShimMessage.Parse(buffer.AsSpan(0, length))!;
            Requests.Enqueue(request.Type);
            if (_answer(request.Type) is var (type, payload))
            {
                await client.SendAsync(ShimMessage.Compose(type, request.Sequence, payload));
            }
        }
    }
}
