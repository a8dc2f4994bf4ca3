using System.Text;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>What the shim's messages say, in the platform's words.</summary>
internal static class ShimReadings
{
    private const uint KilledBySignal = 2;
    private const uint PhaseRootExited = 2;
    private const uint PhaseEmpty = 3;
    private const uint FlagHostGone = 2;
    private const uint FlagReady = 8;
    private const uint FlagStopping = 16;
    private const uint FlagOutput = 32;
    private const uint NoChildLeft = 1;
    private const uint Unpopulated = 2;

    public static ExitNotice Exit(ShimMessage exit) => Exit(exit.UInt32(0), exit.Int32(4));

    public static EndNotice Empty(ShimMessage empty, ExitNotice? exit) =>
        End(empty.UInt32(0), empty.UInt32(4), empty.UInt32(8), empty.UInt32(12), empty.UInt32(16), exit);

    public static HoldStatus Status(ShimMessage status)
    {
        uint phase = status.UInt32(0);
        uint flags = status.UInt32(4);
        ExitNotice? exit = status.UInt32(16) == 0 ? null : Exit(status.UInt32(16), status.Int32(20));
        return new HoldStatus
        {
            IsEmpty = phase == PhaseEmpty,
            RootExited = phase >= PhaseRootExited,
            Exit = exit,
            IsReady = (flags & FlagReady) != 0,
            IsStopping = (flags & FlagStopping) != 0,
            StatusText = Text(status, 128),
            ExtendTimeout = Microseconds(status.UInt64(112)),
            ExtendAskedAt = Nanoseconds(status.UInt64(104)),
            WatchdogInterval = Microseconds(status.UInt64(72)),
            LastWatchdog = Nanoseconds(status.UInt64(120)),
            HasOutput = (flags & FlagOutput) != 0,
            HostGone = (flags & FlagHostGone) != 0,
            RootPid = status.Int32(12),
            End = phase == PhaseEmpty
                ? End(status.UInt32(24), status.UInt32(28), status.UInt32(32), status.UInt32(36), status.UInt32(40), exit)
                : null,
        };
    }

    // Numbers are as the program sent them: any size.
    private static TimeSpan Microseconds(ulong value) =>
        TimeSpan.FromTicks((long)Math.Min(value, long.MaxValue / TimeSpan.TicksPerMicrosecond) * TimeSpan.TicksPerMicrosecond);

    private static TimeSpan Nanoseconds(ulong value) => TimeSpan.FromTicks((long)(value / TimeSpan.NanosecondsPerTick));

    private static string? Text(ShimMessage message, int offset)
    {
        ReadOnlySpan<byte> rest = message.Payload.Length > offset + 2 ? message.Payload.Span[(offset + 2)..] : [];
        int length = Math.Min(message.UInt16(offset), rest.Length);
        return length > 0 ? Encoding.UTF8.GetString(rest[..length]) : null;
    }

    public static ExitNotice Exit(uint how, int status) =>
        how == KilledBySignal ? new ExitNotice(null, status) : new ExitNotice(status, null);

    public static EndNotice End(uint proof, uint forced, uint leftovers, uint walkers, uint cause, ExitNotice? exit) => new()
    {
        Proof = (proof & (NoChildLeft | Unpopulated)) switch
        {
            NoChildLeft | Unpopulated => EndProof.CgroupAndReaperEmpty,
            NoChildLeft => EndProof.ReaperEmpty,
            Unpopulated => EndProof.CgroupEmpty,
            _ => EndProof.None,
        },
        ForcedKills = forced,
        Leftovers = (int)leftovers,
        Walkers = (int)walkers,
        Cause = Enum.IsDefined((EndCause)cause) ? (EndCause)cause : EndCause.ByItself,
        Exit = exit,
    };
}
