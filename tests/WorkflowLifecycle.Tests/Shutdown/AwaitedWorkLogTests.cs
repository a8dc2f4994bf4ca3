using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Shutdown;

namespace WorkflowLifecycle.Tests.Shutdown;

/// <summary>What a phase says that it waits for, and what of that gets into the report.</summary>
public sealed class AwaitedWorkLogTests
{
    private static readonly InFlightWork _push = new("git push") { Pid = 12, StartTicks = 1000 };

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Note_SameWorkWhoseProcessOneLookDidNotFind_IsOneLine()
    {
        AwaitedWorkLog log = new(_time);

        Assert.True(log.Note([_push with { Pid = null, StartTicks = 0 }]));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(log.Note([_push]));
        Assert.False(log.Note([_push with { Pid = null, StartTicks = 0 }]));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(log.Note([]));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([new AwaitedWork("git push", 12, 2000, IsDone: true)], log.Snapshot());
    }

    [Fact]
    public void Note_WorkThatBeginsAgain_IsAnotherLine()
    {
        AwaitedWorkLog log = new(_time);
        log.Note([_push]);
        log.Note([_push with { Pid = 13 }]);

        Assert.Equal([(12, true), (13, false)], log.Snapshot().Select(work => (work.Pid!.Value, work.IsDone)));
    }

    [Fact]
    public void Snapshot_OfMoreThanIsKept_NamesWhatIsStillInFlight()
    {
        AwaitedWorkLog log = new(_time);
        for (int i = 0; i < 30; i++)
        {
            log.Note([new InFlightWork($"git commit {i}")]);
        }

        IReadOnlyList<AwaitedWork> work = log.Snapshot();

        Assert.Equal(20, work.Count);
        Assert.Equal(("git commit 29", false), (work[^1].Description, work[^1].IsDone));
        Assert.Equal("git commit 10", work[0].Description);
    }

    [Fact]
    public void Snapshot_OfMoreAtOnceThanIsKept_KeepsTheFirst()
    {
        AwaitedWorkLog log = new(_time);
        log.Note([.. Enumerable.Range(0, 30).Select(i => new InFlightWork($"file {i}"))]);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"file {i}"), log.Snapshot().Select(work => work.Description));
    }
}
