using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Hardening;

/// <summary>A hardened run is launched, heard, ended and recorded as any other.</summary>
public sealed class HardenedRunTests : EndToEndTest
{
    private const WorkflowLifecycle.Hardening Everything =
        WorkflowLifecycle.Hardening.Landlock | WorkflowLifecycle.Hardening.PidNamespace | WorkflowLifecycle.Hardening.NoNewPrivileges;

    private static readonly RunId _id = RunId.Parse("hardened:1");

    public static TheoryData<WorkflowLifecycle.Hardening, ContainmentStrength> Every()
    {
        TheoryData<WorkflowLifecycle.Hardening, ContainmentStrength> data = [];
        foreach (ContainmentStrength strength in (ContainmentStrength[])[ContainmentStrength.CgroupAndReaper, ContainmentStrength.Reaper])
        {
            data.Add(WorkflowLifecycle.Hardening.NoNewPrivileges, strength);
            data.Add(WorkflowLifecycle.Hardening.Landlock, strength);
            data.Add(WorkflowLifecycle.Hardening.PidNamespace, strength);
            data.Add(Everything, strength);
        }

        return data;
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Every))]
    public async Task Run_Hardened_TellsItsOutputAndExitCodeAndIsOnRecord(WorkflowLifecycle.Hardening hardening, ContainmentStrength strength)
    {
        Engine engine = Start(strength);

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("echo out; echo err >&2; (sleep 50 &) ; exit 4") with { RunId = _id, Hardening = hardening });

        Assert.Equal((RunState.Exited, 4, 1), (result.State, result.ExitCode, result.Leftovers));
        Assert.Equal(("out\n", "err\n"), (result.StandardOutput, result.StandardError));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, result.Proof);
        Assert.Equal(hardening, (await engine.RowAsync(_id)).Containment!.Hardening);
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Every))]
    public async Task Kill_OfAHiddenTree_IsProven(WorkflowLifecycle.Hardening hardening, ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("hides", "setsid", "orphan", "stubborn") with { Hardening = hardening });

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, strength), (report.Outcome, report.Strength));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.Contains(process.Identity.Pid, report.ProcessesBefore.Select(entry => entry.Pid));
        Assert.DoesNotContain(report.ProcessesBefore, entry => ProcessEntry.Exists(entry.Pid));
        Assert.Equal((await engine.RowAsync(process.RunId)).Containment!.OpenExits, report.OpenExits);
        Assert.InRange(report.DurationMs, 0, 5000);
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Every))]
    public async Task GracefulKill_LetsHandlersRun(WorkflowLifecycle.Hardening hardening, ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates") with { Hardening = hardening });

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 8));

        Assert.Equal((KillOutcome.ExitedGracefully, 7), (report.Outcome, report.ExitCode));
        Assert.True(File.Exists(Room.File("handled")));
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Every))]
    public async Task Notify_FromAHardenedRun_IsHeard(WorkflowLifecycle.Hardening hardening, ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        const string send = "use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0); connect($s, sockaddr_un($ENV{NOTIFY_SOCKET})) or die $!; send($s, 'READY=1', 0); sleep 50";
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("perl", "-e", send) with { Output = OutputMode.Discard, Hardening = hardening });

        await Wait.UntilAsync("the run is ready", async () => (await engine.RowAsync(process.RunId)).State == RunState.Running);

        Assert.Equal(KillOutcome.Killed, (await engine.Kills.KillAsync(process.RunId, Engine.Emergency())).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Row_OfARunInANamespace_NamesItsRootAsTheHostSeesIt()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(
            engine.Shell("echo ready; exec sleep 50") with { Hardening = WorkflowLifecycle.Hardening.PidNamespace });

        ProcessIdentity root = (await engine.RowAsync(process.RunId)).Root!;

        Assert.Equal(process.Identity, root);
        string pid = root.Pid.ToString(CultureInfo.InvariantCulture);
        Assert.Contains($"NSpid:\t{pid}\t2", await File.ReadAllLinesAsync($"/proc/{pid}/status"));
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    public async Task Host_ThatIsKilled_TakesItsHardenedTreeWithIt(string how)
    {
        HelperProcess host = StartHost("launch", _id.Value, [how, "harden=" + Everything, "--", "/bin/sh", "-c", "sleep 50 & sleep 50"]);
        await host.ReadAsync("launched");

        await host.KillAsync();

        await Wait.UntilAsync("the tree is gone", () => ProcessEntry.StandingIn(Room.Path).All(entry => entry.Name == "wl-shim"));
        Engine engine = Start();
        await Wait.UntilAsync("another process sees its end", async () => (await engine.RowAsync(_id)).State == RunState.Killed);
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup", KillMode.Emergency)]
    [InlineData("reaper", KillMode.Graceful)]
    public async Task HardenedTree_ThatOutlivesItsHost_CanBeEndedByAnyOther(string how, KillMode mode)
    {
        HelperProcess host = StartHost("launch", _id.Value, [how, "keep", "harden=" + Everything, "--", "perl", Path.Combine(AppContext.BaseDirectory, "programs", "terminates.pl")]);
        await host.ReadAsync("launched");
        await host.KillAsync();
        Engine engine = Start();
        await Wait.UntilAsync("the run is ready by its output", async () => (await engine.RowAsync(_id)).State == RunState.Running);

        KillReport report = await engine.Kills.KillAsync(_id, new KillRequest("its host is dead", WorkflowPrincipal.LocalUser()) { Mode = mode });

        Assert.Equal(mode == KillMode.Emergency ? KillOutcome.Killed : KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
    }
}
