using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Trees that do not want to end, or hide. At both strengths.</summary>
public sealed class StubbornTreeTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S05")]
    public async Task Graceful_OfAStoppedProgram_LetsItsHandlerRun(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates", "stop"));
        await Wait.UntilAsync("the program stops", () => ProcessEntry.Read(process.Identity.Pid)?.State == 'T');

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(7, report.ExitCode);
        Assert.True(File.Exists(Room.File("handled")));
        Assert.Equal(RunState.Exited, (await engine.RowAsync(process.RunId)).State);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S06")]
    public async Task Graceful_OfAProgramThatIgnoresSigterm_EscalatesAtTheCeilingAndRecordsBothSignals(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "3"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 1));

        Assert.Equal((KillOutcome.Killed, KillMode.Graceful, 9), (report.Outcome, report.Mode, report.ExitSignal));
        Assert.Equal(4, report.ProcessesBefore.Count);
        Assert.Contains(report.Steps, step => step.Name == "terminate" && step.DurationMs >= 900);
        await Wait.UntilAsync("both signals are in the audit", async () =>
        {
            IEnumerable<string> signals = (await engine.AuditAsync(process.RunId)).Where(entry => entry.Stage == "Signal").Select(entry => entry.Details["signal"]);
            return signals.Order(StringComparer.Ordinal).SequenceEqual(["SIGKILL", "SIGTERM"], StringComparer.Ordinal);
        });
    }

    [Theory(Timeout = Limit)]
    [Trait("Scenario", "S07")]
    [Trait("Scenario", "S08")]
    [Trait("Scenario", "S09")]
    [Trait("Scenario", "S10")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "setsid")]
    [InlineData(ContainmentStrength.Reaper, "setsid")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "orphan")]
    [InlineData(ContainmentStrength.Reaper, "orphan")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "scrub")]
    [InlineData(ContainmentStrength.Reaper, "scrub")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "talks")]
    [InlineData(ContainmentStrength.Reaper, "talks")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "setsid", "orphan", "stubborn", "stop")]
    [InlineData(ContainmentStrength.Reaper, "setsid", "orphan", "stubborn", "stop")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "setsid", "orphan", "scrub")]
    [InlineData(ContainmentStrength.Reaper, "setsid", "orphan", "scrub")]
    public async Task Emergency_OfATreeThatHides_LeavesNobody(ContainmentStrength strength, params string[] how)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("hides", how));
        int hidden = ProcessEntry.StandingIn(Room.Path).Single(entry => entry.Pid != process.Identity.Pid && entry.Pid != ShimOf(entry)).Pid;

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.Empty(report.Survivors);
        Assert.Contains(hidden, report.ProcessesBefore.Select(entry => entry.Pid));
        Assert.False(ProcessEntry.Exists(hidden));
        Assert.False(ProcessEntry.Exists(process.Identity.Pid));
        Assert.Equal(RunState.Killed, (await process.WaitForExitAsync()).State);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S11")]
    public async Task Kill_OfAParentThatDoesNotReap_LeavesNoZombie(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("zombies"));
        int[] zombies = [.. ProcessEntry.All().Where(entry => entry.ParentPid == process.Identity.Pid && entry.IsZombie).Select(entry => entry.Pid)];
        Assert.Equal(5, zombies.Length);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 5));

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.DoesNotContain(zombies, ProcessEntry.Exists);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S12")]
    public async Task Kill_OfATracerAndItsTracee_EndsBoth(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("traced"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 1));

        Assert.True(report.Outcome is KillOutcome.Killed or KillOutcome.ExitedGracefully, report.Outcome.ToString());
        Assert.Equal(2, report.ProcessesBefore.Count);
        Assert.DoesNotContain(report.ProcessesBefore, entry => ProcessEntry.Exists(entry.Pid));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S12")]
    public async Task Kill_OfAProgramThatAStrangerTraces_EndsItAndSparesTheStranger(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        HelperProcess tracer = StartTracer(process.Identity.Pid);
        await tracer.ReadAsync("attached");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        // A tracee that was killed is a zombie that only its tracer can collect at first; without one, nothing proves the end.
        Assert.True(ProcessEntry.IsAlive(tracer.Pid));
        Assert.False(ProcessEntry.IsAlive(process.Identity.Pid));
        Assert.True(report.Outcome is KillOutcome.Killed or KillOutcome.KillUnconfirmed, report.Outcome.ToString());
        await tracer.KillAsync();
        Assert.Equal(RunState.Killed, (await process.WaitForExitAsync()).State);
    }

    private static int ShimOf(ProcessEntry entry) => entry.CommandLine.StartsWith("workflow-lifecycle-shim", StringComparison.Ordinal) ? entry.Pid : 0;

    private HelperProcess StartTracer(int pid) =>
        StartHelper("perl", Path.Combine(AppContext.BaseDirectory, "programs", "tracer.pl"), pid.ToString(CultureInfo.InvariantCulture));
}
