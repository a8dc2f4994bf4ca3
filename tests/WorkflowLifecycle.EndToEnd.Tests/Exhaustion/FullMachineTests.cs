using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Exhaustion;

/// <summary>A run that uses up the processes of its user: its host has none left, and neither has anybody else of that user.</summary>
public sealed class FullMachineTests : SiegeTest
{
    private static string[] Bomb { get; } = ["perl", Path.Combine(AppContext.BaseDirectory, "programs", "bomb.pl"), "600"];

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "grace=0.5")]
    [Trait("Scenario", "S01")]
    [Trait("Scenario", "S30")]
    public async Task Host_WhoseUserHasNoProcessLeft_EndsTheForkBomb(ContainmentStrength strength, string how)
    {
        KillReport report = await BesiegeAsync(strength, ["prlimit", "--nproc=200:200"], [how], Bomb);

        await ProvesAsync(report, strength);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S30")]
    public async Task Tool_OfAUserWithoutAFreeProcess_TouchesNothing_AndRootEndsTheRun()
    {
        Engine engine = Start(ContainmentStrength.Reaper);
        int failed = 0;
        KillReport report = await BesiegeAsync(ContainmentStrength.Reaper, [], ["emergency"], Stubborn, async _ =>
        {
            string[] tool =
            [
                "env", "WORKFLOW_LIFECYCLE_RUNTIME_DIR=" + Room.RuntimeDirectory, Path.Combine(AppContext.BaseDirectory, "workflowctl"),
                "kill", Besieged.Value, "--emergency", "--reason", "stuck in a test", "--store", Room.StoreFile,
            ];
            failed = await StartHelper("setpriv", [.. AsUser, "prlimit", NoThreads, .. tool]).WaitForExitAsync();
            Assert.Equal(RunState.Running, (await engine.RowAsync(Besieged)).State);
            Assert.Equal(0, await StartHelper(tool[0], tool[1..]).WaitForExitAsync());
        });

        Assert.NotEqual(0, failed);
        Assert.Equal(KillOutcome.AlreadyExited, report.Outcome);
    }
}
