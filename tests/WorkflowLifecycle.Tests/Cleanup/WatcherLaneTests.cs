using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>How long one watcher rests after a look.</summary>
public sealed class WatcherLaneTests
{
    private static readonly RunId _id = RunId.Parse("run_1");
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void Looked_AfterAMachineThatStoodStill_RestsForAnHourAtMost(int runs)
    {
        WatcherLane lane = new(new ScriptedWatcher());
        foreach (int number in Enumerable.Range(1, runs))
        {
            lane.Add(RunId.Parse($"run_{number}"), TimeSpan.Zero);
        }

        WatchedRun run = lane.Take(_first)!;
        TimeSpan awake = _first + TimeSpan.FromDays(2);
        lane.Looked(run, awake - _first, hanging: null, awake);

        Assert.InRange(lane.FindDue()!.Value, awake, awake + TimeSpan.FromHours(1));
        Assert.InRange(run.Due, awake, awake + TimeSpan.FromHours(1));
    }

    [Fact]
    public void Looked_AfterALookThatTookLong_RestsAHundredTimesAsLong()
    {
        WatcherLane lane = new(new ScriptedWatcher());
        lane.Add(_id, TimeSpan.Zero);

        lane.Looked(lane.Take(_first)!, TimeSpan.FromSeconds(1), hanging: null, _first);

        Assert.Equal(_first + TimeSpan.FromSeconds(100), lane.FindDue());
    }
}
