using WorkflowLifecycle.Processes.Linux.Cleaning;

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
}
