using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.HostDeath;

/// <summary>Several processes that end the same run.</summary>
public sealed class TwoHostsTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("two:1");

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "emergency")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "grace=1")]
    [Trait("Scenario", "S44")]
    public async Task Kill_ByTwoProcessesAtOnce_IsOneKill(ContainmentStrength strength, string how)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "5") with { RunId = _id });
        HelperProcess[] killers = [StartHost("kill", _id.Value, "gun", how), StartHost("kill", _id.Value, "gun", how)];
        foreach (HelperProcess killer in killers)
        {
            await killer.ReadAsync("ready");
        }

        await Task.WhenAll(killers.Select(killer => killer.SayAsync("go")));
        string[] reports = await Task.WhenAll(killers.Select(killer => killer.ReadAsync("report")));

        // One that comes when all is over hears AlreadyExited, with the id of the kill that did it.
        Assert.All(reports, report => Assert.True(report.StartsWith("Killed", StringComparison.Ordinal) || report.StartsWith("AlreadyExited", StringComparison.Ordinal), report));
        Assert.Single(reports.Select(report => report.Split(' ')[1]).Distinct(StringComparer.Ordinal));
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Completed");
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "IntentWritten");
        Assert.Equal(RunState.Killed, (await process.WaitForExitAsync()).State);
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_FromAnotherProcess_EscalatesAGracefulKill()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        Task<KillReport> graceful = engine.Kills.KillAsync(_id, Engine.Graceful());
        await Wait.UntilAsync("the graceful kill is under way", async () => (await engine.RowAsync(_id)).State == RunState.Stopping);

        HelperProcess other = StartHost("kill", _id.Value, "emergency");
        string[] report = (await other.ReadAsync("report")).Split(' ');
        KillReport own = await graceful;

        Assert.Equal(("Killed", own.KillId.ToString(), "Emergency"), (report[0], report[1], report[2]));
        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (own.Outcome, own.Mode));
        IReadOnlyList<AuditEntry> audit = await engine.AuditAsync(_id);
        Assert.Single(audit, entry => entry.Stage == "Escalated");
        Assert.Single(audit, entry => entry.Stage == "Completed");
        Assert.Contains(audit, entry => entry.Stage == "Signal" && entry.Details["signal"] == "SIGKILL");
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_WhileTheProcessThatKillsStandsStill_DoesNotWaitForIt()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        HelperProcess other = StartHost("kill", _id.Value);
        await Wait.UntilAsync("its kill is under way", async () => (await engine.AuditAsync(_id)).Any(entry => entry.Stage == "Signal"));
        Signals.Send("STOP", other.Pid);

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.Proof));
        Assert.InRange(report.DurationMs, 0, 5000);
        Assert.Equal(RunState.Killed, (await process.WaitForExitAsync()).State);
        Signals.Send("CONT", other.Pid);
        Assert.Contains(report.KillId.ToString(), await other.ReadAsync("report"), StringComparison.Ordinal);
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Completed");
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, EndProof.CgroupAndReaperEmpty)]
    [InlineData(ContainmentStrength.Reaper, EndProof.ReaperEmpty)]
    public async Task Host_WhoseRunWasEndedAndCleanedByAnother_DoesNotOverruleItsProof(ContainmentStrength strength, EndProof proof)
    {
        Engine host = Start(strength);
        await using ITrackedProcess process = await host.LaunchReadyAsync(host.Program("stubborn") with { RunId = _id });
        Engine killer = Start(strength, services: services => services.With<IProcessStore>(store => new GatedStore(store)
        {
            // All is cleaned by now; the host, which saw the end too, has every chance to be faster.
            Before = commit => commit.UpdateKill is { State: KillState.Completed } ? Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System) : Task.CompletedTask,
        }));

        KillReport report = await killer.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, proof, strength), (report.Outcome, report.Proof, report.Strength));
        RunResult result = await process.WaitForExitAsync();
        Assert.Equal((RunState.Killed, proof, 9), (result.State, result.Proof, result.ExitSignal));
    }

    [Fact(Timeout = Limit)]
    public async Task Watcher_InAnotherProcess_SeesTheEnd()
    {
        HelperProcess host = StartHost("launch", _id.Value, "capture", "wait", "--", "/bin/sh", "-c", "sleep 1; echo bye; exit 4");
        await host.ReadAsync("launched");
        Engine engine = Start();

        RunRecord row = await engine.Registry.WaitForEndAsync(_id).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((RunState.Exited, 4), (row.State, row.ExitCode));
        Assert.Equal("Exited 4  bye", await host.ReadAsync("ended"));
        Assert.Equal(0, await host.WaitForExitAsync());
    }
}
