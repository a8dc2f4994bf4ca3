using System.Text;
using CsCheck;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Tests.Working;

public sealed class KernelLockTests
{
    [Fact]
    public void Parse_LineOfTheKernel_IsAllOfIt()
    {
        Assert.True(KernelLock.TryParse("12: POSIX  ADVISORY  WRITE 3569 fe:1f:11658378 1073741824 1073742335"u8, out KernelLock held));
        Assert.Equal(new KernelLock(KernelLockKind.Posix, true, 3569, 0xfe, 0x1f, 11658378, 1073741824, 1073742335), held);
        Assert.True(KernelLock.TryParse("1: FLOCK  ADVISORY  READ  7 00:2a:5 0 EOF"u8, out held));
        Assert.Equal(new KernelLock(KernelLockKind.Flock, false, 7, 0, 0x2a, 5, 0, ulong.MaxValue), held);
        Assert.True(KernelLock.TryParse("3: OFDLCK ADVISORY  WRITE -1 08:01:9 0 EOF"u8, out held));
        Assert.Equal((KernelLockKind.Other, -1), (held.Kind, held.Pid));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1: -> FLOCK  ADVISORY  WRITE 25 fe:00:1 0 EOF")]
    [InlineData("1: FLOCK  ADVISORY  WRITE 25 <none>:0 0 EOF")]
    [InlineData("1: FLOCK  ADVISORY  WRITE 25 fe:00 0 EOF")]
    [InlineData("1: FLOCK  ADVISORY  WRITE x fe:00:1 0 EOF")]
    [InlineData("flags:\t0100002")]
    public void Parse_WhoeverWaitsAndWhatIsNoLock_IsNone(string line) => Assert.False(KernelLock.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void Parse_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 120].Sample(bytes => { _ = KernelLock.TryParse(bytes, out _); });

    [Theory]
    [InlineData(0, 119, false)]
    [InlineData(120, 120, true)]
    [InlineData(100, ulong.MaxValue, true)]
    [InlineData(121, 127, false)]
    public void Touches_Range_IsOverlap(ulong start, ulong end, bool expected) =>
        Assert.Equal(expected, new KernelLock(KernelLockKind.Posix, true, 1, 0, 0, 1, start, end).Touches(120, 120));
}
