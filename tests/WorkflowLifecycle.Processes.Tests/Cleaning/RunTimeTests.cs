using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>What the kernel stamped, held against the time of a run.</summary>
public sealed class RunTimeTests : IDisposable
{
    private readonly CleaningRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(5009, true)]
    [InlineData(5011, false)]
    public void Holds_BirthBesideTheRun_FromItsRowToItsEnd(int milliseconds, bool holds)
    {
        RunRecord run = _run.Record;

        Assert.Equal(holds, RunTime.Holds(run, run.CreatedAt.AddMilliseconds(milliseconds), run.CreatedAt.AddSeconds(5)));
    }

    [Fact(Timeout = 60_000)]
    public async Task HadBegun_BirthsAroundTheStartOfAProcess_OnlyWhatIsSurelyLater()
    {
        using Child child = Child.Sleeping();
        DateTimeOffset first = TimeProvider.System.GetUtcNow();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        ulong start = RunContexts.Snapshot(child.Pid).StartTicks;
        bool[] had = [.. new[] { -100, 0, 50, 100 }.Select(milliseconds => RunTime.HadBegun(start, first.AddMilliseconds(milliseconds), TimeProvider.System))];

        Assert.Equal((false, true), (had[0], had[3]));
        Assert.Equal(had.Order(), had);
        Assert.False(RunTime.HadBegun(ulong.MaxValue >> 1, first, TimeProvider.System));
    }
}
