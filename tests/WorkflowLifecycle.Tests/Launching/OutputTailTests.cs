using System.Text;
using CsCheck;
using WorkflowLifecycle.Launching;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class OutputTailTests
{
    private static OutputTail Tail(byte[] bytes, int piece = int.MaxValue)
    {
        OutputTail tail = new();
        foreach (byte[] part in bytes.Chunk(Math.Min(piece, bytes.Length + 1)))
        {
            tail.Write(part, isLast: false);
        }

        tail.Write([], isLast: true);
        return tail;
    }

    [Theory]
    [InlineData("")]
    [InlineData("no line end")]
    [InlineData("a\r\nb\r\n\n\n")]
    [InlineData("10%\r20%\r")]
    [InlineData("\uFEFFwith a mark, \0, é, 漢 and 🙂")]
    public void Tail_OfAShortOutput_IsExactlyIt(string written)
    {
        for (int piece = 1; piece <= 7; piece++)
        {
            OutputTail tail = Tail(Encoding.UTF8.GetBytes(written), piece);

            Assert.Equal(written, tail.ToString());
            Assert.False(tail.IsTruncated);
        }
    }

    [Fact]
    public void Tail_OfBytesThatAreNoUtf8_HasMarksInTheirPlace() => Assert.Equal("a\uFFFDb\uFFFD", Tail([(byte)'a', 0xFF, (byte)'b', 0xE2, 0x82], piece: 1).ToString());

    [Fact]
    public void Tail_OfALongOutput_IsItsEnd() =>
        Gen.Int[0, 64 * 1024].Array[1, 80].Sample(
            lengths =>
            {
                string whole = string.Concat(lengths.Select((length, i) => i + ":" + new string('é', length) + "🙂\n"));
                OutputTail tail = Tail(Encoding.UTF8.GetBytes(whole), piece: 4097);
                string kept = tail.ToString();
                return whole.EndsWith(kept, StringComparison.Ordinal)
                    && kept.Length >= Math.Min(whole.Length, OutputTail.Limit - 1) && kept.Length <= OutputTail.Limit
                    && (kept.Length == whole.Length) != tail.IsTruncated
                    && !char.IsLowSurrogate(kept[0]);
            },
            iter: 50);
}
