using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Many processes.</summary>
public sealed class CrowdTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, KillMode.Emergency)]
    [InlineData(ContainmentStrength.Reaper, KillMode.Emergency)]
    [InlineData(ContainmentStrength.CgroupAndReaper, KillMode.Graceful)]
    [InlineData(ContainmentStrength.Reaper, KillMode.Graceful)]
    [Trait("Scenario", "S13")]
    public async Task Kill_OfTwoThousandProcesses_IsProvenInFiveSeconds(ContainmentStrength strength, KillMode mode)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("crowd", "2000"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, new KillRequest("a crowd", WorkflowPrincipal.LocalUser()) { Mode = mode });

        Assert.Equal(mode == KillMode.Graceful ? KillOutcome.ExitedGracefully : KillOutcome.Killed, report.Outcome);
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.InRange(report.DurationMs, 0, 5000);
        Assert.Equal(strength, report.Strength);
        Assert.True(report.ProcessesTruncated || report.ProcessesBefore.Count == 2001, $"{report.ProcessesBefore.Count}");
        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "0", null)]
    [InlineData(ContainmentStrength.Reaper, "0", null)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "0.1", 0.5)]
    [InlineData(ContainmentStrength.Reaper, "0.1", 0.5)]
    [Trait("Scenario", "S01")]
    public async Task Kill_OfAForkBomb_IsProvenInFiveSeconds(ContainmentStrength strength, string pause, double? grace)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("bomb", "150", pause), "grown");

        KillReport report = await engine.Kills.KillAsync(process.RunId, grace is null ? Engine.Emergency() : Engine.Graceful(grace));

        Assert.Equal((KillOutcome.Killed, strength), (report.Outcome, report.Strength));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.InRange(report.DurationMs, 0, grace is null ? 5000 : 10_000);
        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
    }
}
