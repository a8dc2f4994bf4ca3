using System.Text;
using CsCheck;
using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class LineSplitterTests
{
    private static List<OutputLine> Split(params IEnumerable<byte[]> chunks)
    {
        List<OutputLine> lines = [];
        LineSplitter splitter = new(OutputStream.Output, lines.Add);
        foreach (byte[] chunk in chunks)
        {
            splitter.Write(chunk);
        }

        splitter.Complete();
        return lines;
    }

    private static List<OutputLine> Split(string text) => Split(Encoding.UTF8.GetBytes(text));

    private static OutputLine Line(string text, bool isCut = false) => new(OutputStream.Output, text, isCut);

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\nb", new[] { "a", "b" })]
    [InlineData("\n\n", new[] { "", "" })]
    [InlineData("a\r\nb\r\n", new[] { "a", "b" })]
    [InlineData("a\rb\n", new[] { "a\rb" })]
    [InlineData("\r\n", new[] { "" })]
    [InlineData("a\r\r\n", new[] { "a\r" })]
    public void Write_Lines_LoseTheirEnds(string text, string[] expected) => Assert.Equal(expected.Select(line => Line(line)), Split(text));

    [Fact]
    public void Write_BytesThatAreNoText_BecomeReplacementCharacters() => Assert.Equal([Line("a\uFFFDb")], Split([(byte)'a', 0xFF, (byte)'b', (byte)'\n']));

    [Fact]
    public void Write_AnyChunking_GivesTheSameLines() =>
        Gen.Select(Gen.Byte.Select(value => value % 7 == 0 ? (byte)'\n' : value).Array[0, 400], Gen.Int[1, 50].Array[1, 60]).Sample((bytes, sizes) =>
        {
            List<byte[]> chunks = [];
            int start = 0;
            for (int i = 0; start < bytes.Length; i++)
            {
                int size = Math.Min(sizes[i % sizes.Length], bytes.Length - start);
                chunks.Add(bytes[start..(start + size)]);
                start += size;
            }

            return Split([.. chunks]).SequenceEqual(Split(bytes));
        });

    [Fact]
    public void Write_LongLine_IsCutAtTheLimit()
    {
        string long1 = new('x', LineSplitter.LongestLine);

        Assert.Equal([Line(long1)], Split(long1 + "\n"));
        Assert.Equal([Line(long1, isCut: true), Line("y")], Split(long1 + "y\n"));
        Assert.Equal([Line(long1, isCut: true), Line(long1, isCut: true), Line("z")], Split(long1 + long1 + "z"));
    }

    [Fact]
    public void Write_LongLineOfWideCharacters_IsNeverCutInsideOne() =>
        Gen.Select(Gen.Int[0, 5], Any.Of("é", "€", "😀", "x"), Gen.Int[1, 70_000]).Sample(
            (offset, character, chunk) =>
            {
                string text = new string('-', offset) + string.Concat(Enumerable.Repeat(character, LineSplitter.LongestLine / Encoding.UTF8.GetByteCount(character) + 3));
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                List<OutputLine> lines = Split(bytes.Chunk(chunk));
                return lines.Count > 1
                    && string.Concat(lines.Select(line => line.Text)) == text
                    && lines.SkipLast(1).All(line => line.IsCut && Encoding.UTF8.GetByteCount(line.Text) is > LineSplitter.LongestLine - 4 and <= LineSplitter.LongestLine);
            },
            iter: 30);

    [Fact]
    public void Write_LongLineOfContinuationBytes_GoesOn()
    {
        byte[] junk = new byte[LineSplitter.LongestLine * 2];
        Array.Fill(junk, (byte)0x80);

        List<OutputLine> lines = Split(junk);

        Assert.Equal(2, lines.Count);
        Assert.Equal(junk.Length, lines.Sum(line => line.Text.Length));
    }
}
