using System.Text;
using CsCheck;
using WorkflowLifecycle.Signs;

namespace WorkflowLifecycle.Tests.Signs;

public sealed class NotifyMessageTests
{
    private static NotifyMessage Parse(string text) => NotifyMessage.Parse(text);

    [Fact]
    public void Parse_WhatSystemdNotifySends_IsUnderstood()
    {
        NotifyMessage message = Parse("READY=1\nSTATUS=Serving 3 requests\nMAINPID=4711\n");

        Assert.Equal(new NotifyMessage { IsReady = true, Status = "Serving 3 requests", NamesMainPid = true }, message);
        Assert.Equal(new NotifyMessage(), Parse("BARRIER=1"));
        Assert.Equal(new NotifyMessage { IsStopping = true }, Parse("STOPPING=1"));
    }

    [Fact]
    public void Parse_Times_AreMicroseconds()
    {
        NotifyMessage message = Parse("WATCHDOG=1\nWATCHDOG_USEC=20000000\nEXTEND_TIMEOUT_USEC=1500");

        Assert.True(message.IsWatchdog);
        Assert.Equal(TimeSpan.FromSeconds(20), message.WatchdogInterval);
        Assert.Equal(TimeSpan.FromMicroseconds(1500), message.Extension);
        Assert.Equal(TimeSpan.Zero, Parse("WATCHDOG_USEC=0").WatchdogInterval);
    }

    [Theory]
    [InlineData("18446744073709551615", 365)]
    [InlineData("31536000000001", 365)]
    public void Parse_TimeWithoutEnd_IsLongAndNotNegative(string value, int days) =>
        Assert.Equal(TimeSpan.FromDays(days), Parse("EXTEND_TIMEOUT_USEC=" + value).Extension);

    [Theory]
    [InlineData("EXTEND_TIMEOUT_USEC=")]
    [InlineData("EXTEND_TIMEOUT_USEC=-1")]
    [InlineData("EXTEND_TIMEOUT_USEC= 5")]
    [InlineData("EXTEND_TIMEOUT_USEC=5s")]
    [InlineData("EXTEND_TIMEOUT_USEC=1e6")]
    [InlineData("EXTEND_TIMEOUT_USEC=18446744073709551616")]
    [InlineData("WATCHDOG_USEC=٣")]
    [InlineData("READY=0")]
    [InlineData("READY=10")]
    [InlineData("READY=1 ")]
    [InlineData("READY=1\r")]
    [InlineData(" READY=1")]
    [InlineData("ready=1")]
    [InlineData("XREADY=1")]
    [InlineData("READY")]
    [InlineData("=READY=1")]
    [InlineData("READY\0=1")]
    [InlineData("RELOADING=1")]
    [InlineData("WATCHDOG=trigger")]
    [InlineData("stopping=1\nSTOPPING=yes")]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("\0\0")]
    [InlineData("FDSTORE=1\nFDNAME=x\nX_OWN=1")]
    public void Parse_WhatIsMalformedOrUnknown_IsLeftOut(string text) => Assert.Equal(new NotifyMessage(), Parse(text));

    [Fact]
    public void Parse_KeyTwice_TheLastCounts()
    {
        NotifyMessage message = Parse("STATUS=one\nWATCHDOG_USEC=1\nSTATUS=two=2\nWATCHDOG_USEC=2\nREADY=1\nREADY=0");

        Assert.Equal(("two=2", TimeSpan.FromMicroseconds(2), true), (message.Status, message.WatchdogInterval, message.IsReady));
        Assert.Equal(string.Empty, Parse("STATUS=x\nSTATUS=").Status);
    }

    [Fact]
    public void Parse_NoNewlineAndATrailingNul_IsStillTheLastLine()
    {
        Assert.True(Parse("STATUS=a\nREADY=1\0").IsReady);
        Assert.Equal("a\u001b[2Jb\0c", Parse("STATUS=a\u001b[2Jb\0c").Status);
        Assert.Equal(4089, Parse(("STATUS=" + new string('x', 20_000))[..4096]).Status!.Length);
    }

    [Fact]
    public void Parse_AnyBytes_NeverThrow_AndNeverMakeReadyWhatDoesNotSaySo()
    {
        Gen<byte[]> hostile = Gen.OneOf(
            Gen.Byte.Array[0, 4096],
            Gen.OneOf<string>("READY=", "1", "0", "\n", "=", "STATUS=", "\0", "EXTEND_TIMEOUT_USEC=", "9999999999999999999", "é", "\r").Array[0, 60].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))));

        hostile.Sample(bytes =>
        {
            string text = Encoding.UTF8.GetString(bytes);
            NotifyMessage message = NotifyMessage.Parse(text);
            Assert.Equal(text.TrimEnd('\0').Split('\n').Contains("READY=1"), message.IsReady);
            Assert.True(message.Extension is null || message.Extension >= TimeSpan.Zero);
        });
    }

    [Fact]
    public void Then_IsBothTogether()
    {
        NotifyMessage both = Parse("READY=1\nSTATUS=one\nEXTEND_TIMEOUT_USEC=5").Then(Parse("STOPPING=1\nSTATUS=two\nMAINPID=1\nWATCHDOG=1"));

        Assert.Equal(Parse("READY=1\nSTOPPING=1\nSTATUS=two\nEXTEND_TIMEOUT_USEC=5\nMAINPID=1\nWATCHDOG=1"), both);
    }
}
