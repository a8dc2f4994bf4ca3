using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>The shim dies, or stands still.</summary>
public sealed class HolderLossTests : EndToEndTest
{
    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S20")]
    public async Task Kill_AfterTheShimDied_IsProvenByTheCgroup()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("hides", "setsid", "orphan", "stubborn"));
        await KillShimAsync(engine, process);
        await Wait.UntilAsync("the row says so", async () => (await engine.RowAsync(process.RunId)).Containment!.Strength == ContainmentStrength.CgroupOnly);
        Assert.Contains(engine.Logs.Entries, entry => entry.Id == 204);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupEmpty, ContainmentStrength.CgroupOnly), (report.Outcome, report.Proof, report.Strength));
        Assert.Equal(2, report.ProcessesBefore.Count);
        Assert.DoesNotContain(report.ProcessesBefore, entry => ProcessEntry.IsAlive(entry.Pid));
        Assert.Equal(RunState.Killed, (await process.WaitForExitAsync()).State);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S20")]
    public async Task GracefulKill_AfterTheShimDied_StillLetsHandlersRun()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates"));
        await KillShimAsync(engine, process);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 8));

        Assert.True(File.Exists(Room.File("handled")));
        Assert.Equal((KillOutcome.ExitedGracefully, EndProof.CgroupEmpty), (report.Outcome, report.Proof));
        Assert.InRange(report.DurationMs, 0, 5000);
    }

    [Theory(Timeout = Limit)]
    [InlineData(KillMode.Emergency)]
    [InlineData(KillMode.Graceful)]
    [Trait("Scenario", "S20")]
    public async Task Kill_AtReaperStrengthAfterTheShimDied_IsNeverCalledKilled(KillMode mode)
    {
        Engine engine = Start(ContainmentStrength.Reaper);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates"));
        await KillShimAsync(engine, process);

        KillReport report = await engine.Kills.KillAsync(process.RunId, new KillRequest("no holder", WorkflowPrincipal.LocalUser()) { Mode = mode });

        Assert.Equal((KillOutcome.EndedUnproven, EndProof.None, ContainmentStrength.BestEffort), (report.Outcome, report.Proof, report.Strength));
        Assert.False(ProcessEntry.IsAlive(process.Identity.Pid));
        Assert.Equal(mode == KillMode.Graceful, File.Exists(Room.File("handled")));
        Assert.Contains(process.Identity.Pid, report.ProcessesBefore.Select(entry => entry.Pid));
        Assert.Equal(RunState.EndedUnproven, (await process.WaitForExitAsync()).State);
    }

    [Fact(Timeout = Limit)]
    public async Task Program_ThatEndsByItselfAfterTheShimDied_IsRecordedByTheCgroup()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("sleep", "2"));
        await KillShimAsync(engine, process);

        RunResult result = await process.WaitForExitAsync();

        Assert.Equal((RunState.Exited, EndProof.CgroupEmpty, null), (result.State, result.Proof, result.ExitCode));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, KillMode.Emergency)]
    [InlineData(ContainmentStrength.CgroupAndReaper, KillMode.Graceful)]
    [InlineData(ContainmentStrength.Reaper, KillMode.Emergency)]
    [InlineData(ContainmentStrength.Reaper, KillMode.Graceful)]
    public async Task Kill_WhileTheShimIsStopped_IsDoneInTimeAndLeavesNoShim(ContainmentStrength strength, KillMode mode)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates"));
        int shim = (await engine.RowAsync(process.RunId)).Containment!.Shim!.Pid;
        Signals.Send("STOP", shim);

        KillReport report = await engine.Kills.KillAsync(process.RunId, new KillRequest("stopped holder", WorkflowPrincipal.LocalUser()) { Mode = mode });

        Assert.InRange(report.DurationMs, 0, 5000);
        Assert.False(ProcessEntry.IsAlive(process.Identity.Pid));
        Assert.Equal(mode == KillMode.Graceful, File.Exists(Room.File("handled")));
        Assert.True(report.Outcome is KillOutcome.Killed or KillOutcome.ExitedGracefully or KillOutcome.EndedUnproven, report.Outcome.ToString());
        Assert.DoesNotContain(report.Cleanup, line => line.Outcome == "Failed");
        RunResult result = await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(result.State.IsFinal);
        Assert.False(ProcessEntry.IsAlive(shim));
    }

    private static async Task KillShimAsync(Engine engine, ITrackedProcess process)
    {
        int shim = (await engine.RowAsync(process.RunId)).Containment!.Shim!.Pid;
        Signals.Send("KILL", shim);
        await Wait.UntilAsync("the shim is gone", () => !ProcessEntry.IsAlive(shim));
    }
}
