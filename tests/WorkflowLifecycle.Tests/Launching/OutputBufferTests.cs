using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class OutputBufferTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static OutputLine Line(int number, int length) =>
        new(number % 3 == 0 ? OutputStream.Error : OutputStream.Output, number + " é😀 " + new string('x', length), number % 5 == 0);

    private static async Task<List<OutputLine>> ReadAllAsync(OutputBuffer buffer)
    {
        List<OutputLine> lines = [];
        await foreach (OutputLine line in buffer.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }

    [Fact(Timeout = 60_000)]
    public async Task Read_AfterMoreThanMemoryHolds_IsInOrderAcrossTheFile()
    {
        using OutputBuffer buffer = new(_directory.File("spill"));
        OutputLine[] written = [.. Enumerable.Range(0, 4000).Select(number => Line(number, 1000))];
        foreach (OutputLine line in written)
        {
            buffer.Add(line);
        }

        buffer.Complete();

        Assert.True(File.Exists(_directory.File("spill")));
        Assert.Equal(written, await ReadAllAsync(buffer));
        Assert.False(buffer.HasDropped);
    }

    [Fact(Timeout = 60_000)]
    public async Task Read_SlowerThanTheProgram_KeepsTheOrderThroughEverySwitch()
    {
        using OutputBuffer buffer = new(_directory.File("spill"));
        OutputLine[] written = [.. Enumerable.Range(0, 6000).Select(number => Line(number, number % 900))];
        await using IAsyncEnumerator<OutputLine> reader = buffer.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        List<OutputLine> read = [];
        for (int i = 0; i < written.Length; i++)
        {
            buffer.Add(written[i]);

            // Bursts and pauses: the file fills, is emptied, and fills again.
            for (int take = i % 2000 > 1500 ? 4 : 0; take > 0 && read.Count < i; take--)
            {
                Assert.True(await reader.MoveNextAsync());
                read.Add(reader.Current);
            }
        }

        buffer.Complete();
        while (await reader.MoveNextAsync())
        {
            read.Add(reader.Current);
        }

        Assert.Equal(written, read);
    }

    [Fact(Timeout = 60_000)]
    public async Task Read_WaitingForALine_GetsItAndEndsWithTheOutput()
    {
        using OutputBuffer buffer = new(_directory.File("spill"));
        Task<List<OutputLine>> reading = ReadAllAsync(buffer);
        Assert.False(reading.IsCompleted);

        buffer.Add(Line(1, 1));
        buffer.Complete();

        Assert.Equal([Line(1, 1)], await reading);
        Assert.False(File.Exists(_directory.File("spill")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Read_Cancelled_CarriesTheToken()
    {
        using OutputBuffer buffer = new(_directory.File("spill"));
        using CancellationTokenSource stop = new();
        await using IAsyncEnumerator<OutputLine> reader = buffer.ReadAsync(stop.Token).GetAsyncEnumerator();
        ValueTask<bool> next = reader.MoveNextAsync();
        await stop.CancelAsync();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.Equal(stop.Token, exception.CancellationToken);
    }

    [Fact(Timeout = 60_000)]
    public async Task Add_WithoutAPlaceToSpill_DropsAndSaysSo()
    {
        using OutputBuffer buffer = new(_directory.File("gone/spill"));
        OutputLine big = Line(1, 600_000);
        buffer.Add(big);
        buffer.Add(big);
        Assert.False(buffer.HasDropped);

        buffer.Add(big with { Text = "one too many" });
        buffer.Complete();

        Assert.True(buffer.HasDropped);
        Assert.Equal([big, big], await ReadAllAsync(buffer));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discard_WhileSomebodyReads_EndsTheReadingAndTheFile()
    {
        using OutputBuffer buffer = new(_directory.File("spill"));
        for (int i = 0; i < 30; i++)
        {
            buffer.Add(Line(i, 60_000));
        }

        Assert.True(File.Exists(_directory.File("spill")));
        buffer.Discard();
        buffer.Add(Line(99, 1));

        Assert.Empty(await ReadAllAsync(buffer));
        Assert.False(File.Exists(_directory.File("spill")));
    }
}
