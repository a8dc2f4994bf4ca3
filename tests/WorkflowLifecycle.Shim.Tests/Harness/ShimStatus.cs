using System.Text;

namespace WorkflowLifecycle.Shim.Tests.Harness;

internal sealed record ShimStatus
{
    public required uint Phase { get; init; }
    public required StatusFlags Flags { get; init; }
    public required int ShimPid { get; init; }
    public required int RootPid { get; init; }
    public required uint Protocol { get; init; }
    public required ulong LastNotify { get; init; }
    public required ulong WatchdogMicroseconds { get; init; }
    public required ulong ExtendAsked { get; init; }
    public required ulong ExtendMicroseconds { get; init; }
    public required ulong LastWatchdog { get; init; }
    public required string Text { get; init; }

    public static ShimStatus From(Message message) => new()
    {
        Phase = message.U32(0),
        Flags = (StatusFlags)message.U32(4),
        ShimPid = message.I32(8),
        RootPid = message.I32(12),
        Protocol = message.U32(44),
        LastNotify = message.U64(64),
        WatchdogMicroseconds = message.U64(72),
        ExtendAsked = message.U64(104),
        ExtendMicroseconds = message.U64(112),
        LastWatchdog = message.U64(120),
        Text = Encoding.UTF8.GetString(message.Payload.AsSpan(130, message.U16(128))),
    };
}
