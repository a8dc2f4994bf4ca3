using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Clocks;

/// <summary>Hosts, killers and programs whose clocks since boot differ: each sees another start of one and the same process.</summary>
public sealed class TimeNamespaceTests : EndToEndTest
{
    private const string Ahead = "86400";
    private const string Behind = "-1";

    private static readonly RunId _id = RunId.Parse("clocks:1");

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S15")]
    public async Task Run_OfAHostInAnotherTimeNamespace_IsKnownAndEndedFromHere(ContainmentStrength strength)
    {
        Require();
        HelperProcess host = StartElsewhere(Ahead, "launch", [SiegeTest.Option(strength), "keep", "--", .. SiegeTest.Stubborn]);
        await host.ReadAsync("launched");
        Engine engine = Start(strength);
        await Wait.UntilAsync("the program is ready", async () => (await engine.RowAsync(_id)).State == RunState.Running);

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, strength), (report.Outcome, report.Strength));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), process => process.Name == "perl");
        await host.SayAsync(string.Empty);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S15")]
    public async Task Run_OfADeadHostInAnotherTimeNamespace_IsOverFromHere()
    {
        Require();
        HelperProcess host = StartElsewhere(Ahead, "launch", ["reaper", "--", .. SiegeTest.Stubborn]);
        await host.ReadAsync("launched");
        await host.KillAsync();

        RunRecord row = await Start().Registry.WaitForEndAsync(_id).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((RunState.Killed, EndProof.ReaperEmpty), (row.State, row.Proof));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "grace=0.5")]
    [Trait("Scenario", "S15")]
    public async Task Kill_FromAnotherTimeNamespace_EndsTheRunAndNobodyElse(ContainmentStrength strength, string how)
    {
        Require();
        HelperProcess stranger = StartHelper("sleep", "50");
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "3") with { RunId = _id });

        HelperProcess killer = StartElsewhere(Ahead, "kill", how, SiegeTest.Option(strength));

        string report = await killer.ReadAsync("report");
        Assert.Contains($" {(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty)} {strength} ", report, StringComparison.Ordinal);
        Assert.StartsWith("Killed", report, StringComparison.Ordinal);
        Assert.Equal(RunState.Killed, (await process.WaitForExitAsync()).State);
        Assert.True(ProcessEntry.IsAlive(stranger.Pid));
    }

    // Behind the machine's clock PID 1 began before time did, and nobody can tell whose namespace this is.
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S15")]
    public async Task Kill_FromATimeNamespaceThatIsBehind_IsRefusedAndTouchesNobody(ContainmentStrength strength)
    {
        Require();
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "3") with { RunId = _id });

        HelperProcess killer = StartElsewhere(Behind, "kill", "emergency", SiegeTest.Option(strength));

        Assert.StartsWith("Denied", await killer.ReadAsync("report"), StringComparison.Ordinal);
        Assert.Equal(RunState.Running, (await engine.RowAsync(_id)).State);
        Assert.Equal(4, ProcessEntry.StandingIn(Room.Path).Count(entry => entry.Name == "perl"));
    }

    [Theory(Timeout = Limit)]
    [InlineData(Ahead)]
    [InlineData(Behind)]
    [Trait("Scenario", "S15")]
    public async Task Host_ThatStartsInAnotherTimeNamespace_CallsNoLiveRunDead(string ahead)
    {
        Require();
        Engine engine = Start(ContainmentStrength.Reaper);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "3") with { RunId = _id });

        HelperProcess other = StartElsewhere(ahead, "recover", "reaper");

        Assert.Equal("Running None", await other.ReadAsync("row"));
        Assert.Equal(RunState.Running, (await engine.RowAsync(_id)).State);
        Assert.Equal(4, ProcessEntry.StandingIn(Room.Path).Count(entry => entry.Name == "perl"));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S15")]
    public async Task Program_InATimeNamespaceOfItsOwn_IsEndedAsAnyOther(ContainmentStrength strength)
    {
        Require();
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Request("unshare", ["--time", "--boottime", "86400", "--fork", .. SiegeTest.Stubborn]));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(0.5));

        Assert.Equal((KillOutcome.Killed, strength), (report.Outcome, report.Strength));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => entry.Name == "perl");
    }

    private static void Require() => Assert.SkipUnless(
        Environment.UserName == "root" && File.Exists("/proc/self/timens_offsets"), "A time namespace takes root and a kernel that has them.");

    private HelperProcess StartElsewhere(string ahead, string verb, params IReadOnlyList<string> arguments) => StartHelper(
        "unshare", ["--time", "--boottime", ahead, "--fork", "--kill-child", HelperProcess.HostProgram, verb, Room.Path, _id.Value, .. arguments]);
}
