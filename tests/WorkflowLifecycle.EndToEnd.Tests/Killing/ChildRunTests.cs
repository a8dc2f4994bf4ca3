using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Runs that were launched under a run.</summary>
public sealed class ChildRunTests : EndToEndTest
{
    private static readonly RunId _parent = RunId.Parse("parent:1");

    [Fact(Timeout = Limit)]
    public async Task Kill_OfAParent_EndsItsChildRunsAndTheirs()
    {
        Engine engine = Start();
        await using ITrackedProcess parent = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _parent });
        await using ITrackedProcess child = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = RunId.Parse("child:1"), ParentRun = _parent });
        await using ITrackedProcess grandchild = await engine.LaunchReadyAsync(engine.Program("stubborn") with { ParentRun = child.RunId });
        await using ITrackedProcess stranger = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        Assert.Contains(child.RunId, (await engine.Kills.PreviewAsync(_parent)).ChildRuns);

        KillReport report = await engine.Kills.KillAsync(_parent, Engine.Emergency("the whole family"));

        KillReport ofChild = Assert.Single(report.ChildRuns);
        Assert.Equal((KillOutcome.Killed, KillOutcome.Killed), (report.Outcome, ofChild.Outcome));
        Assert.Equal(KillOutcome.Killed, Assert.Single(ofChild.ChildRuns).Outcome);
        Assert.Equal("parent run parent:1: the whole family", ofChild.Reason);
        Assert.False(ProcessEntry.Exists(grandchild.Identity.Pid));
        Assert.True(ProcessEntry.IsAlive(stranger.Identity.Pid));
        Assert.Contains(await engine.AuditAsync(child.RunId), entry => entry.Stage == "Authorized" && entry.Details["ground"] == "child run of parent:1");
        await engine.Kills.KillAsync(stranger.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Launch_UnderAParentThatIsBeingKilled_IsRefused()
    {
        Engine engine = Start();
        await using ITrackedProcess parent = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _parent });
        Task<KillReport> killing = engine.Kills.KillAsync(_parent, Engine.Graceful(seconds: 2));
        await Wait.UntilAsync("it is stopping", async () => (await engine.RowAsync(_parent)).State == RunState.Stopping);

        LaunchFailedException exception = await Assert.ThrowsAsync<LaunchFailedException>(() =>
            engine.LaunchAsync(engine.Shell("touch started") with { ParentRun = _parent }));

        Assert.Contains("parent:1 is Stopping", exception.Message, StringComparison.Ordinal);
        await killing;
        await Assert.ThrowsAsync<LaunchFailedException>(() => engine.LaunchAsync(engine.Shell("touch started") with { ParentRun = _parent }));
        await Assert.ThrowsAsync<RunNotFoundException>(() => engine.LaunchAsync(engine.Shell("touch started") with { ParentRun = RunId.Parse("none") }));
        Assert.False(File.Exists(Room.File("started")));
    }

    [Fact(Timeout = Limit)]
    public async Task Launches_UnderAParentDuringItsKill_LeaveNobody()
    {
        Engine engine = Start();
        await using ITrackedProcess parent = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _parent });
        Task<ITrackedProcess>[] launches = [.. Enumerable.Range(0, 12).Select(_ => engine.LaunchAsync(engine.Request("sleep", "60") with { ParentRun = _parent }))];

        await engine.Kills.KillAsync(_parent, Engine.Emergency());
        await Task.WhenAll(launches.Select(launch => launch.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.All(launches, launch => Assert.True(launch.IsCompletedSuccessfully || launch.Exception?.InnerException is LaunchFailedException, launch.Exception?.ToString()));
        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
        Assert.All(await engine.AllRowsAsync(), row => Assert.True(row.State.IsFinal, row.State.Name));
    }
}
