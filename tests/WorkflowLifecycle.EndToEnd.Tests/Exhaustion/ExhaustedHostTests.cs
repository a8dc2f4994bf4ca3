using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Exhaustion;

/// <summary>A host without a descriptor, a process or a thread to spare ends its run.</summary>
public sealed class ExhaustedHostTests : SiegeTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "emergency")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "grace=0.5")]
    [InlineData(ContainmentStrength.Reaper, "grace=0.5")]
    [Trait("Scenario", "S29")]
    public async Task Host_WithoutAFreeDescriptor_EndsItsRunAndWritesItDown(ContainmentStrength strength, string how)
    {
        KillReport report = await BesiegeAsync(strength, NoDescriptors, ["descriptors", how], Stubborn);

        await ProvesAsync(report, strength);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "emergency")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "grace=0.5")]
    [InlineData(ContainmentStrength.Reaper, "grace=0.5")]
    [Trait("Scenario", "S30")]
    public async Task Host_ThatMayStartNoProcessAndNoThread_EndsItsRunAndWritesItDown(ContainmentStrength strength, string how)
    {
        KillReport report = await BesiegeAsync(strength, [], [how], Stubborn, host => LimitAsync(host.Pid, NoThreads));

        await ProvesAsync(report, strength);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S29")]
    public async Task Host_WithoutAFreeDescriptor_IsPoliteAllTheSame(ContainmentStrength strength)
    {
        KillReport report = await BesiegeAsync(strength, NoDescriptors, ["descriptors", "grace=20"], Polite);

        await IsPoliteAsync(report, strength);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S30")]
    public async Task Host_ThatMayStartNoProcessAndNoThread_IsPoliteAllTheSame(ContainmentStrength strength)
    {
        KillReport report = await BesiegeAsync(strength, [], ["grace=20"], Polite, host => LimitAsync(host.Pid, NoThreads));

        await IsPoliteAsync(report, strength);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S30")]
    public async Task Emergency_ThatFindsAnotherAtItAndHasNoThreadToWaitOn_TakesOver()
    {
        Engine other = Start(ContainmentStrength.Reaper);
        Task<KillReport>? graceful = null;
        KillReport report = await BesiegeAsync(ContainmentStrength.Reaper, [], ["emergency"], Stubborn, async host =>
        {
            await LimitAsync(host.Pid, NoThreads);
            await other.Store.InitializeAsync();
            graceful = other.Kills.KillAsync(Besieged, Engine.Graceful(30));
            await Wait.UntilAsync("the other has begun", async () => (await other.AuditAsync(Besieged)).Any(entry => entry.Stage == "Signal"));
        });

        await ProvesAsync(report, ContainmentStrength.Reaper);
        Assert.Equal(report.KillId, (await graceful!).KillId);
    }

    private async Task IsPoliteAsync(KillReport report, ContainmentStrength strength)
    {
        await ProvesAsync(report, strength, KillOutcome.ExitedGracefully);
        Assert.DoesNotContain(report.Phases, phase => phase.Outcome == PhaseOutcome.Failed);
        Assert.Equal(7, report.ExitCode);
    }
}
