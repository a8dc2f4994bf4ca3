using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Shutdown;

namespace WorkflowLifecycle.Tests.Shutdown;

public sealed class AwaitedWorkLogTests
{
    private readonly AwaitedWorkLog _log = new(new FakeTimeProvider());

    [Fact]
    public void Snapshot_OfMoreThanIsKept_NamesWhatIsStillInFlight()
    {
        for (int i = 0; i < 30; i++)
        {
            _log.Note([new InFlightWork($"git commit {i}")]);
        }

        IReadOnlyList<AwaitedWork> work = _log.Snapshot();

        Assert.Equal(20, work.Count);
        Assert.Equal(("git commit 29", false), (work[^1].Description, work[^1].IsDone));
        Assert.Equal("git commit 10", work[0].Description);
    }

    [Fact]
    public void Snapshot_OfMoreAtOnceThanIsKept_KeepsTheFirst()
    {
        _log.Note([.. Enumerable.Range(0, 30).Select(i => new InFlightWork($"file {i}"))]);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"file {i}"), _log.Snapshot().Select(work => work.Description));
    }
}
