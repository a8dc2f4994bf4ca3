using CsCheck;
using WorkflowLifecycle.Launching;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class OutputTailTests
{
    private static OutputLine Line(string text, bool isCut = false) => new(OutputStream.Output, text, isCut);

    [Fact]
    public void Tail_OfAShortOutput_IsAllOfIt()
    {
        OutputTail tail = new();
        Assert.Equal(string.Empty, tail.ToString());
        tail.Add(Line("a"));
        tail.Add(Line("long", isCut: true));
        tail.Add(Line("er"));
        tail.Add(Line(""));

        Assert.Equal("a\nlonger\n\n", tail.ToString());
        Assert.False(tail.IsTruncated);
    }

    [Fact]
    public void Tail_OfALongOutput_IsItsEndInWholeLines() =>
        Gen.Int[0, 64 * 1024].Array[1, 80].Sample(
            lengths =>
            {
                OutputTail tail = new();
                List<string> all = [.. lengths.Select((length, i) => i + ":" + new string('x', length))];
                all.ForEach(text => tail.Add(Line(text)));
                string whole = string.Concat(all.Select(text => text + "\n"));
                string kept = tail.ToString();
                return kept.Length <= OutputTail.Limit
                    && whole.EndsWith(kept, StringComparison.Ordinal)
                    && (kept.Length == whole.Length) != tail.IsTruncated
                    && (kept.Length == 0 || kept.Length == whole.Length || whole[whole.Length - kept.Length - 1] == '\n');
            },
            iter: 50);
}
