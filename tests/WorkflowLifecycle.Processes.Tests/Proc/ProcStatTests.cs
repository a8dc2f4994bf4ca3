using System.Text;
using CsCheck;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Proc;

public sealed class ProcStatTests
{
    private const string AfterName = " S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 123456 77 18446744073709551615 1 1\n";

    private static byte[] Line(ReadOnlySpan<byte> name) => [.. "1234 ("u8, .. name, (byte)')', .. Encoding.ASCII.GetBytes(AfterName)];

    [Theory]
    [Trait("Scenario", "S19")]
    [InlineData("sleep")]
    [InlineData("")]
    [InlineData(")")]
    [InlineData("a) S 1 1 1 (b")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("(((")]
    [InlineData("\u001b[2J")]
    public void TryParse_AnyName_FindsTheFieldsBehindIt(string name)
    {
        Assert.True(ProcStat.TryParse(Line(Encoding.UTF8.GetBytes(name)), out ProcStat stat));
        Assert.Equal(new ProcStat(1234, name, 'S', 7, 9, 4711, 77), stat);
    }

    [Fact]
    [Trait("Scenario", "S19")]
    public void TryParse_NameThatIsNoUtf8_ReplacesItsBytes()
    {
        Assert.True(ProcStat.TryParse(Line([0xFF, (byte)')', 0xC3]), out ProcStat stat));
        Assert.Equal("\uFFFD)\uFFFD", stat.Name);
        Assert.Equal(7, stat.ParentPid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("1234 (sleep")]
    [InlineData("1234 (sleep)")]
    [InlineData("1234 (sleep) S")]
    [InlineData("(sleep) S 1 1 1")]
    [InlineData("x (sleep) S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 123456 77")]
    [InlineData("1234 (sleep) S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 -4711 123456 77")]
    [InlineData("1234 )sleep( S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 123456 77")]
    public void TryParse_WhatIsNoStatLine_IsRefused(string content) =>
        Assert.False(ProcStat.TryParse(Encoding.ASCII.GetBytes(content), out _));

    [Fact]
    public void TryParse_LineCutAnywhere_NeverYieldsAnotherStart()
    {
        byte[] line = Line("a b)"u8);
        for (int length = 0; length < line.Length; length++)
        {
            if (ProcStat.TryParse(line.AsSpan(0, length), out ProcStat stat))
            {
                Assert.Equal((1234, 7, 9, 4711UL), (stat.Pid, stat.ParentPid, stat.Session, stat.StartTicks));
            }
        }
    }

    [Fact]
    public void TryParse_AnyBytes_NeverThrows() =>
        Gen.Byte.Array[0, 200].Sample(bytes => ProcStat.TryParse(bytes, out _) || true);

    [Fact]
    public void TryParse_AnyNameOfBytes_NeverHidesTheStart() =>
        Gen.Byte.Array[0, 64].Sample(name => ProcStat.TryParse(Line(name), out ProcStat stat) && stat.StartTicks == 4711 && stat.ParentPid == 7);
}
