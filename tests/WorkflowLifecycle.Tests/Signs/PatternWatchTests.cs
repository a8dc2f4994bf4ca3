using System.Text;
using WorkflowLifecycle.Signs;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Signs;

public sealed class PatternWatchTests
{
    private int _gaps;

    private PatternWatch Watch(string pattern) => new(Readiness.OutputPattern(pattern).Pattern!, () => _gaps++);

    private static void Write(PatternWatch watch, string text, OutputStream stream = OutputStream.Output) => watch.Take(stream, Encoding.UTF8.GetBytes(text));

    // All of it was looked at by then, and the end of the watching is no match.
    private static async Task<bool> EndAsync(PatternWatch watch)
    {
        await Engine.UntilAsync(() => watch.Waiting == 0 || watch.Seen.IsCompleted);
        watch.Finish();
        return await watch.Seen;
    }

    [Theory(Timeout = 30_000)]
    [InlineData(OutputStream.Output)]
    [InlineData(OutputStream.Error)]
    public async Task Line_OnEitherStream_Matches(OutputStream stream)
    {
        PatternWatch watch = Watch("^listening on .*:\\d+$");
        Write(watch, "starting\nlist", stream);
        Write(watch, "ening on :80", stream);
        Write(watch, "80\r\nmore", stream);

        Assert.True(await watch.Seen);
    }

    [Fact(Timeout = 30_000)]
    public async Task Line_OfTwoStreams_IsNotOne()
    {
        PatternWatch watch = Watch("listening");
        Write(watch, "liste");
        Write(watch, "ning\n", OutputStream.Error);
        Write(watch, "\n");

        Assert.False(await EndAsync(watch));
    }

    [Fact(Timeout = 30_000)]
    public async Task Pattern_NeverSpansLines_AndALineCountsOnceItIsComplete()
    {
        PatternWatch watch = Watch("a[^x]*b");
        Write(watch, "a\nb\na b");
        Assert.False(watch.Seen.IsCompleted);
        watch.Complete(OutputStream.Error);
        watch.Complete(OutputStream.Output);

        Assert.True(await watch.Seen);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_ThatSawItsLine_TakesNothingMore()
    {
        PatternWatch watch = Watch("up");
        Write(watch, "up\n");
        Assert.True(await watch.Seen);

        for (int i = 0; i < 2 * PatternWatch.MostWaiting / 32_768; i++)
        {
            watch.Take(OutputStream.Output, new byte[32_768]);
        }

        Assert.Equal(0, _gaps);
        Assert.True(await EndAsync(watch));
    }

    [Fact(Timeout = 60_000)]
    public async Task Flood_IsNotWaitedFor_AndItsHalvesMakeNoLine()
    {
        // Slow on purpose: the count makes states faster than they come again.
        PatternWatch watch = Watch("(a.{60}d|ONE-TWO)");
        Random random = new(1);
        byte[] flood = new byte[1024 * 1024];
        for (int i = 0; i < flood.Length; i++)
        {
            flood[i] = (byte)('a' + random.Next(3));
        }

        long began = TimeProvider.System.GetTimestamp();
        Write(watch, "ONE-");
        for (int i = 0; i < 64; i++)
        {
            watch.Take(OutputStream.Output, flood);
        }

        TimeSpan taken = TimeProvider.System.GetElapsedTime(began);
        Write(watch, "TWO\n");
        Assert.Equal(1, _gaps);
        Assert.True(taken < TimeSpan.FromSeconds(2), $"Taking 64 MiB took {taken}.");
        Assert.False(watch.Seen.IsCompleted);
        Assert.False(await EndAsync(watch));
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_LeavesWhatStillWaits()
    {
        PatternWatch watch = Watch("(a.{900}b.{900}c|up)");
        Random random = new(1);
        watch.Take(OutputStream.Output, [.. Enumerable.Range(0, 4 * 1024 * 1024).Select(_ => (byte)('a' + random.Next(3)))]);
        watch.Take(OutputStream.Output, "\nup\n"u8);
        watch.Finish();

        Assert.False(await watch.Seen);
    }

    [Fact(Timeout = 60_000)]
    public async Task Flood_IsFollowedByALineThatStillMatches()
    {
        PatternWatch watch = Watch("^up$");
        byte[] line = [.. Enumerable.Repeat((byte)'x', 1023), (byte)'\n'];
        byte[] flood = [.. Enumerable.Repeat(line, 4096).SelectMany(one => one)];
        for (int i = 0; i < 50; i++)
        {
            watch.Take(OutputStream.Output, flood);
        }

        await Task.WhenAny(watch.Seen, Task.Run(
            async () =>
            {
                while (!watch.Seen.IsCompleted)
                {
                    Write(watch, "\nup\n");
                    await Task.Delay(20);
                }
            },
            TestContext.Current.CancellationToken));

        Assert.True(await watch.Seen);
    }
}
