using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown;

/// <summary>A process that stops a tree to look at it, and dies before it lets go.</summary>
public sealed class FrozenTreeTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Coordinator_ThatDiesWhileTheTreeStandsStill_LeavesNoFrozenTree(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        LaunchRequest request = engine.Shell("trap 'exit 4' TERM; echo ready; while :; do echo x >> count; sleep 0.01; done");
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);
        HelperProcess other = StartHost("kill", process.RunId.Value, strength == ContainmentStrength.Reaper ? "reaper" : "cgroup", "deadly");
        await other.WaitForExitAsync();

        long before = Count();
        await Wait.UntilAsync("the tree goes on", () => Count() > before + 5);
        RunRecord row = await engine.RowAsync(process.RunId);
        Assert.Equal(RunState.Stopping, row.State);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, 4), (report.Outcome, report.ExitCode));
        Assert.Equal(row.KillId, report.KillId);
    }

    private long Count() => new FileInfo(Room.File("count")).Length;
}
