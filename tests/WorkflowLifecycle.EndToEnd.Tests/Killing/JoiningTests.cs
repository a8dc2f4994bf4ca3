using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Several requests for one run, in one process.</summary>
public sealed class JoiningTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("join:1");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S44")]
    public async Task Requests_AtTheSameTime_GetTheSameReport()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });

        KillReport[] reports = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 1))));

        Assert.Single(reports.Select(report => report.KillId).Distinct());
        Assert.Single(reports.Select(report => report.DurationMs).Distinct());
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Completed");
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Emergency_DuringAGracefulKill_EscalatesItAtOnce(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        KillId begun = await engine.Kills.BeginKillAsync(_id, Engine.Graceful());
        Task<KillReport> graceful = engine.Kills.KillAsync(_id, Engine.Graceful());

        KillReport emergency = await engine.Kills.KillAsync(_id, Engine.Emergency("now really"));
        KillReport first = await graceful;

        Assert.Equal((begun, begun), (emergency.KillId, first.KillId));
        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (emergency.Outcome, emergency.Mode));
        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (first.Outcome, first.Mode));
        Assert.InRange(emergency.DurationMs, 0, 5000);
        AuditEntry escalated = Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Escalated");
        Assert.Equal(("now really", begun), (escalated.Reason, escalated.KillId));
        Assert.Equal("stuck in a test", first.Reason);
    }

    [Fact(Timeout = Limit)]
    public async Task Graceful_DuringAnEmergency_JoinsIt()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("crowd", "300") with { RunId = _id });
        Task<KillReport> emergency = engine.Kills.KillAsync(_id, Engine.Emergency());

        KillReport graceful = await engine.Kills.KillAsync(_id, Engine.Graceful());

        Assert.Equal((await emergency).KillId, graceful.KillId);
    }

    [Fact(Timeout = Limit)]
    public async Task GracePeriod_LongerThanTheCeiling_DoesNotRaiseIt()
    {
        Engine engine = Start(configure: options => options.TerminateCeiling = TimeSpan.FromSeconds(1));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 3600));

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        // A timer may fire a moment before its time by another clock.
        Assert.InRange(report.DurationMs, 980, 6000);
    }

    [Fact(Timeout = Limit)]
    public async Task Graceful_OfAProgramThatLeavesAtOnce_DoesNotWaitForTheCeiling()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates") with { RunId = _id });

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, 7), (report.Outcome, report.ExitCode));
        Assert.InRange(report.DurationMs, 0, 5000);
        Assert.Equal("ready\nhandled\n", (await process.WaitForExitAsync()).StandardOutput);
        Assert.DoesNotContain(await engine.AuditAsync(_id), entry => entry.Stage == "Signal" && entry.Details["signal"] == "SIGKILL");
    }
}
