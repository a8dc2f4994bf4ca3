using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.HostDeath;

/// <summary>The process that launched a run dies by SIGKILL, or stands still.</summary>
public sealed class HostDeathTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("host:1");

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    [Trait("Scenario", "S23")]
    public async Task Host_ThatIsKilled_TakesItsTreeWithIt(string how)
    {
        HelperProcess host = StartHost("launch", _id.Value, [how, "--", .. Perl("hides", "setsid", "orphan", "stubborn")]);
        int root = await LaunchedAsync(host);
        await Wait.UntilAsync("the hidden one is there", () => TreeOf(host).Count == 3);

        await host.KillAsync();

        await Wait.UntilAsync("the tree is gone", () => !ProcessEntry.Exists(root) && TreeOf(host).All(entry => entry.Name == "wl-shim"));
        Engine engine = Start();
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal((RunState.Killed, how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty), (row.State, row.Proof));
        Assert.Equal(9, row.ExitSignal);
        Assert.Contains(await engine.AuditAsync(_id), entry => entry.Actor == "system:host-exit");
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup", KillMode.Emergency)]
    [InlineData("reaper", KillMode.Graceful)]
    [Trait("Scenario", "S24")]
    public async Task Tree_ThatOutlivesItsHost_CanBeEndedByAnyOther(string how, KillMode mode)
    {
        HelperProcess host = StartHost("launch", _id.Value, [how, "keep", "--", .. Perl("terminates")]);
        int root = await LaunchedAsync(host);
        await host.KillAsync();
        Engine engine = Start();
        await Wait.UntilAsync("another process sees that the run is ready by its output", async () => (await engine.RowAsync(_id)).State == RunState.Running);
        Assert.True(ProcessEntry.IsAlive(root));

        KillReport report = await engine.Kills.KillAsync(_id, new KillRequest("its host is dead", WorkflowPrincipal.LocalUser()) { Mode = mode });

        Assert.Equal(mode == KillMode.Emergency ? KillOutcome.Killed : KillOutcome.ExitedGracefully, report.Outcome);
        Assert.False(ProcessEntry.Exists(root));
        Assert.Equal(how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        string log = Path.Combine((await engine.RowAsync(_id)).Containment!.RunDirectory, "stdout.log");
        Assert.StartsWith("ready", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S24")]
    public async Task Tree_ThatOutlivesItsHostAndEndsByItself_IsRecordedWithItsExitCode()
    {
        HelperProcess host = StartHost("launch", _id.Value, "keep", "--", "/bin/sh", "-c", "sleep 1; exit 5");
        await LaunchedAsync(host);
        await host.KillAsync();
        Engine engine = Start();

        RunRecord row = await engine.Registry.WaitForEndAsync(_id).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((RunState.Exited, 5, EndProof.CgroupAndReaperEmpty), (row.State, row.ExitCode, row.Proof));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S24")]
    public async Task Tree_ThatOutlivedItsHostAndItsShim_IsStillRecordedWithItsExitCode()
    {
        HelperProcess host = StartHost("launch", _id.Value, "keep", "--", "/bin/sh", "-c", "exit 5");
        await LaunchedAsync(host);
        await host.KillAsync();

        // The witness leaves two seconds after the end when nobody is there to hear it; its record stays.
        await Wait.UntilAsync("the shim is gone", () => ProcessEntry.StandingIn(Room.Path).Count == 0);

        Engine engine = Start();
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal((RunState.Exited, 5, EndProof.CgroupAndReaperEmpty), (row.State, row.ExitCode, row.Proof));
    }

    [Theory(Timeout = Limit)]
    [InlineData(KillMode.Graceful)]
    [InlineData(KillMode.Emergency)]
    public async Task Run_OfAHostThatStandsStill_CanBeEndedByAnother(KillMode mode)
    {
        HelperProcess host = StartHost("launch", _id.Value, ["capture", "--", .. Perl("terminates")]);
        int root = await LaunchedAsync(host);
        await Wait.UntilAsync("the program is ready", () => ProcessEntry.Read(root) is { CommandLine: var line } && line.Contains("terminates", StringComparison.Ordinal));
        Engine engine = Start();
        await Wait.UntilAsync("its host has seen it", async () => (await engine.RowAsync(_id)).State == RunState.Running);
        Signals.Send("STOP", host.Pid);

        KillReport report = await engine.Kills.KillAsync(_id, new KillRequest("its host hangs", WorkflowPrincipal.LocalUser()) { Mode = mode });

        Assert.Equal(mode == KillMode.Emergency ? KillOutcome.Killed : KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.False(ProcessEntry.Exists(root));
        Signals.Send("CONT", host.Pid);
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup", 1)]
    [InlineData("reaper", 1)]
    [InlineData("cgroup", 2)]
    [InlineData("reaper", 2)]
    [InlineData("cgroup", 3)]
    [InlineData("reaper", 3)]
    [Trait("Scenario", "S22")]
    public async Task Host_ThatIsKilledAfterAStepOfTheLaunch_LeavesARowThatFindsItsEnd(string how, int step)
    {
        HelperProcess host = StartHost("launch", _id.Value, how, $"pause={step}", "--", "/bin/sh", "-c", "echo started > started; exec sleep 60");
        await host.ReadAsync("paused");
        if (step == 3)
        {
            await Wait.UntilAsync("the program runs", () => File.Exists(Room.File("started")));
        }

        await host.KillAsync();

        Engine engine = Start();
        await Wait.UntilAsync("the row is final", async () => (await engine.RowAsync(_id)).State.IsFinal);
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal(step < 3 ? RunState.LaunchFailed : RunState.Killed, row.State);
        Assert.Equal(step < 3, row.Proof == EndProof.NeverStarted);
        Assert.Equal(step == 3, File.Exists(Room.File("started")));
    }

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Scenario", "S21")]
    public async Task Killer_ThatIsKilledAfterAStepOfTheKill_IsFollowedByAnotherWithTheSameKill(int step)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        HelperProcess killer = StartHost("kill", _id.Value, $"pause={step}", "grace=1");
        await killer.ReadAsync("paused");
        KillId begun = (await engine.RowAsync(_id)).KillId!.Value;
        await killer.KillAsync();

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 1));

        Assert.Equal(begun, report.KillId);
        Assert.True((await engine.RowAsync(_id)).State == RunState.Killed);
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Completed");
        await process.WaitForExitAsync();
    }

    private static string[] Perl(string program, params string[] arguments) =>
        ["perl", Path.Combine(AppContext.BaseDirectory, "programs", program + ".pl"), .. arguments];

    private static async Task<int> LaunchedAsync(HelperProcess host) =>
        int.Parse((await host.ReadAsync("launched")).Split(' ')[0], CultureInfo.InvariantCulture);

    private IReadOnlyList<ProcessEntry> TreeOf(HelperProcess host) => [.. ProcessEntry.StandingIn(Room.Path).Where(entry => entry.Pid != host.Pid)];
}
