using System.Buffers.Binary;
using CsCheck;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Tests.Shim;

public sealed class ShimReadingsTests
{
    private static ShimMessage Message(ShimMessageType type, params ReadOnlySpan<uint> fields)
    {
        byte[] payload = new byte[fields.Length * 4];
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(i * 4), fields[i]);
        }

        return new ShimMessage(type, 0, payload);
    }

    [Fact]
    public void Exit_ByItself_HasACode() => Assert.Equal(new ExitNotice(3, null), ShimReadings.Exit(Message(ShimMessageType.Exit, 1, 3)));

    [Fact]
    public void Exit_BySignal_HasTheSignal() => Assert.Equal(new ExitNotice(null, 9), ShimReadings.Exit(Message(ShimMessageType.Exit, 2, 9)));

    [Theory]
    [InlineData(0, EndProof.None)]
    [InlineData(1, EndProof.ReaperEmpty)]
    [InlineData(2, EndProof.CgroupEmpty)]
    [InlineData(3, EndProof.CgroupAndReaperEmpty)]
    [InlineData(4, EndProof.None)]
    [InlineData(7, EndProof.CgroupAndReaperEmpty)]
    public void Empty_ProofBits_NameTheProof(uint bits, EndProof expected) =>
        Assert.Equal(expected, ShimReadings.Empty(Message(ShimMessageType.Empty, bits), null).Proof);

    [Fact]
    public void Empty_AllFields_AreInTheOrderOfTheProtocol()
    {
        ExitNotice exit = new(0, null);
        Assert.Equal(
            new EndNotice { Proof = EndProof.CgroupAndReaperEmpty, ForcedKills = 5, Leftovers = 6, Walkers = 7, Cause = EndCause.HostExit, Exit = exit },
            ShimReadings.Empty(Message(ShimMessageType.Empty, 3, 5, 6, 7, 2, 99, 99), exit));
    }

    [Theory]
    [InlineData(0, EndCause.ByItself)]
    [InlineData(1, EndCause.Kill)]
    [InlineData(2, EndCause.HostExit)]
    [InlineData(3, EndCause.Leftovers)]
    [InlineData(4, EndCause.ByItself)]
    [InlineData(uint.MaxValue, EndCause.ByItself)]
    public void Empty_Cause_IsNamedWhereItIsKnown(uint cause, EndCause expected) =>
        Assert.Equal(expected, ShimReadings.Empty(Message(ShimMessageType.Empty, 1, 0, 0, 0, cause), null).Cause);

    [Fact]
    public void Status_OfARunningTree_HasNoEnd()
    {
        HoldStatus status = ShimReadings.Status(Message(ShimMessageType.StatusReply, 1, 8 | 32, 100, 101, 0, 0, 3, 9, 9, 9, 1));

        Assert.Equal(new HoldStatus { IsReady = true, HasOutput = true, RootPid = 101 }, status);
    }

    [Fact]
    public void Status_OfARootThatLeftItsTree_SaysSo()
    {
        HoldStatus status = ShimReadings.Status(Message(ShimMessageType.StatusReply, 2, 2, 100, 101, 1, 7));

        Assert.True(status.RootExited && status.HostGone && !status.IsEmpty);
        Assert.Equal(new ExitNotice(7, null), status.Exit);
        Assert.Null(status.End);
    }

    [Fact]
    public void Status_OfAnEmptyTree_HasItsEndAndExit()
    {
        HoldStatus status = ShimReadings.Status(Message(ShimMessageType.StatusReply, 3, 0, 100, 101, 2, 15, 3, 1, 2, 3, 1, 1));

        Assert.True(status.IsEmpty);
        Assert.Equal(
            new EndNotice { Proof = EndProof.CgroupAndReaperEmpty, ForcedKills = 1, Leftovers = 2, Walkers = 3, Cause = EndCause.Kill, Exit = new ExitNotice(null, 15) },
            status.End);
    }

    [Fact]
    public void Status_OfAProgramThatNotifies_HasWhatItSaid()
    {
        byte[] payload = new byte[104 + 26 + 9];
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), 16);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(72), 5_000_000);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(104), 7_000_000_000);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(112), 30_000_000);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(120), 6_500_000_000);
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(128), 6);
        "größe, and what later versions add"u8[..9].CopyTo(payload.AsSpan(130));

        HoldStatus status = ShimReadings.Status(new ShimMessage(ShimMessageType.StatusReply, 0, payload));

        Assert.Equal(
            new HoldStatus
            {
                IsStopping = true,
                StatusText = "größ",
                WatchdogInterval = TimeSpan.FromSeconds(5),
                ExtendAskedAt = TimeSpan.FromSeconds(7),
                ExtendTimeout = TimeSpan.FromSeconds(30),
                LastWatchdog = TimeSpan.FromSeconds(6.5),
            },
            status);
    }

    [Fact]
    public void Status_OfNumbersBeyondAnyTime_IsTheLongestTime()
    {
        byte[] payload = new byte[130];
        payload.AsSpan(72, 8).Fill(0xFF);
        payload.AsSpan(112, 18).Fill(0xFF);

        HoldStatus status = ShimReadings.Status(new ShimMessage(ShimMessageType.StatusReply, 0, payload));

        Assert.True(status.ExtendTimeout.TotalDays > 10_000_000 && status.WatchdogInterval.TotalDays > 10_000_000);
        Assert.Null(status.StatusText);
    }

    [Fact]
    public void Readings_OfAnyPayload_NeverThrow() =>
        Gen.Byte.Array[0, 700].Sample(payload =>
        {
            ShimMessage message = new(ShimMessageType.StatusReply, 0, payload);
            return ShimReadings.Status(message) is not null && ShimReadings.Exit(message) is not null && ShimReadings.Empty(message, null) is not null;
        });

    [Fact]
    public void Status_WithoutItsLastFields_ReadsThemAsZero()
    {
        HoldStatus status = ShimReadings.Status(Message(ShimMessageType.StatusReply, 3));

        Assert.True(status.IsEmpty);
        Assert.Equal(EndProof.None, status.End!.Proof);
    }
}
