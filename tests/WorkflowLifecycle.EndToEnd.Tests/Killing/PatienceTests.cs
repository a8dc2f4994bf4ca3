using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>A graceful kill waits for the whole tree, not only for its root.</summary>
public sealed class PatienceTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Graceful_OfARootThatLeavesAtOnce_GivesItsChildrenTheWholeCeiling(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        string child = "trap 'sleep 4; touch finished; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
        string root = $"trap 'exit 3' TERM; sh -c \"{child}\" & while :; do sleep 0.1; done";
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(root));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 20));

        Assert.Equal((KillOutcome.ExitedGracefully, 3), (report.Outcome, report.ExitCode));
        Assert.True(File.Exists(Room.File("finished")), "the child was ended while it finished its work");
    }
}
