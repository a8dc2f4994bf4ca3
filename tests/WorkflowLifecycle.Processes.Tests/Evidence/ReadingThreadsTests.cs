using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Evidence;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Evidence;

/// <summary>Reads that hang.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ReadingThreadsTests : IDisposable
{
    private readonly ManualResetEventSlim _over = new();

    // Those who hang leave with the test.
    public void Dispose() => _over.Set();

    private static Deadline After(int milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);

    [Fact(Timeout = 30_000)]
    public async Task Read_OneItemHangs_TheOthersAreReadAndNobodyWaitsForTheDeadline()
    {
        bool[] read = new bool[100];
        long started = Stopwatch.GetTimestamp();

        bool isWhole = await ReadingThreads.ReadAsync(
            read.Length,
            item =>
            {
                if (item == 10)
                {
                    _over.Wait();
                }

                read[item] = true;
            },
            After(20_000));

        Assert.False(isWhole);
        Assert.Equal([10], Enumerable.Range(0, read.Length).Where(item => !read[item]));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_EverythingHangs_ReturnsAtTheDeadline()
    {
        long started = Stopwatch.GetTimestamp();

        Assert.False(await ReadingThreads.ReadAsync(100, _ => _over.Wait(), After(60)));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.05, 10);
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_AfterManyThatHang_StartsNoMoreThreads()
    {
        for (int i = 0; i < 10; i++)
        {
            await ReadingThreads.ReadAsync(100, _ => _over.Wait(), After(150));
        }

        int reads = 0;
        Assert.False(await ReadingThreads.ReadAsync(1, _ => Interlocked.Increment(ref reads), After(1000)));
        Assert.Equal(0, reads);

        _over.Set();
        while (!await ReadingThreads.ReadAsync(1, _ => Interlocked.Increment(ref reads), After(1000)))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, reads);
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_OneItemThrows_TheOthersAreReadAndItIsNotWhole()
    {
        int reads = 0;

        Assert.False(await ReadingThreads.ReadAsync(10, item => _ = item == 3 ? throw new IOException() : Interlocked.Increment(ref reads), After(10_000)));
        Assert.Equal(9, reads);
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_OfNothing_IsWhole() => Assert.True(await ReadingThreads.ReadAsync(0, _ => { }, After(0)));
}
