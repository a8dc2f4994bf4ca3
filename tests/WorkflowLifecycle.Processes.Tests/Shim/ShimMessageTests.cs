using CsCheck;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Tests.Shim;

public sealed class ShimMessageTests
{
    [Fact]
    public void Compose_Message_HasTheHeaderOfTheProtocol() => Assert.Equal(
        [5, 0, 1, 0, 0x04, 0x03, 0x02, 0x01, 0xAA, 0xBB],
        ShimMessage.Compose(ShimMessageType.End, 0x01020304, [0xAA, 0xBB]));

    [Fact]
    public void Parse_WhatWasComposed_IsTheSame() =>
        Gen.Select(Gen.UShort, Gen.UInt, Gen.Byte.Array[0, 300]).Sample((type, sequence, payload) =>
        {
            ShimMessage message = ShimMessage.Parse(ShimMessage.Compose((ShimMessageType)type, sequence, payload))!;
            return (ushort)message.Type == type && message.Sequence == sequence && message.Payload.Span.SequenceEqual(payload);
        });

    [Fact]
    public void Parse_ShorterThanAHeader_IsNothing()
    {
        for (int length = 0; length < ShimMessage.HeaderSize; length++)
        {
            Assert.Null(ShimMessage.Parse(new byte[length]));
        }

        Assert.Empty(ShimMessage.Parse(new byte[ShimMessage.HeaderSize])!.Payload.ToArray());
    }

    [Fact]
    public void Fields_MissingOrCutOff_ReadAsZero()
    {
        ShimMessage message = new(ShimMessageType.Exit, 0, new byte[] { 1, 0, 0, 0, 0xFF, 0xFF });

        Assert.Equal(1u, message.UInt32(0));
        Assert.Equal(0u, message.UInt32(4));
        Assert.Equal(0, message.Int32(400));
    }

    [Fact]
    public void Parse_AVersionFromTheFuture_IsReadAsFarAsItIsKnown() =>
        Assert.Equal(7, ShimMessage.Parse([80, 0, 9, 0, 0, 0, 0, 0, 7, 0, 0, 0, 99, 99, 99])!.Int32(0));
}
