using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>What a program leaves behind when it exits: real nohup and setsid.</summary>
public sealed class LeftoverTests : EndToEndTest
{
    // The daemon outlives its starter in the two ways that shells know.
    private const string Daemons = "nohup sleep 50 >/dev/null 2>&1 & setsid sleep 51 >/dev/null 2>&1 & sleep 0.3; exit 3";

    private static LaunchRequest Kept(LaunchRequest request) => request with { Leftovers = LeftoverPolicy.Keep, Output = OutputMode.Discard };

    private static async Task<RunRecord> MainExitedAsync(Engine engine, RunId runId)
    {
        await Wait.UntilAsync("its main program exited", async () => (await engine.RowAsync(runId)).ExitCode is not null);
        return await engine.RowAsync(runId);
    }

    private static async Task<IReadOnlyList<RunEvent>> EventsAsync(Engine engine, RunId runId) =>
        [.. (await engine.Store.ReadEventsAsync(default, 1000)).Where(told => told.RunId == runId)];

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Leftovers_Kept_GoOnAndAreNamed(ContainmentStrength strength)
    {
        Engine engine = Start(strength, options => options.LeftoverGrace = TimeSpan.FromMilliseconds(100));
        await using ITrackedProcess process = await engine.LaunchAsync(Kept(engine.Shell(Daemons)));

        RunRecord row = await MainExitedAsync(engine, process.RunId);

        Assert.Equal((RunState.Running, 3), (row.State, row.ExitCode));
        Assert.Matches(@"^the main program exited with code 3 and left sleep \(PID \d+\), sleep \(PID \d+\)$", row.Status);
        Assert.Equal(row.Status, Assert.Single(await EventsAsync(engine, process.RunId), told => told.Kind == "run.main-exited").Message);
        await Task.Delay(500);
        Assert.Equal(2, (await engine.Registry.InspectAsync(process.RunId)).Count);
        Assert.False(process.WaitForExitAsync().IsCompleted);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());
        RunResult result = await process.WaitForExitAsync();

        Assert.Equal((KillOutcome.ExitedGracefully, 3), (report.Outcome, report.ExitCode));
        Assert.StartsWith("Its main program had exited before: what it had left behind was ended.", report.Message, StringComparison.Ordinal);
        Assert.Equal(["sleep", "sleep"], report.ProcessesBefore.Select(left => left.Name));
        Assert.Equal((2, 2, 3), (result.Leftovers, result.LeftoverProcesses.Count, result.ExitCode));
        Assert.Equal(3, (await engine.RowAsync(process.RunId)).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Leftovers_Kept_EndTheRunWhenTheLastOfThemEnds()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(Kept(engine.Shell("nohup sleep 1 >/dev/null 2>&1 & sleep 0.3; exit 4")));
        await MainExitedAsync(engine, process.RunId);

        RunResult result = await process.WaitForExitAsync();

        Assert.Equal((RunState.Exited, 4, 1), (result.State, result.ExitCode, result.Leftovers));
        Assert.Equal("sleep", Assert.Single(result.LeftoverProcesses).Name);
        Assert.Equal(EndProof.CgroupAndReaperEmpty, result.Proof);
        Assert.Contains(await engine.AuditAsync(process.RunId), entry => entry.Stage == "Exited" && entry.Details["leftovers"] == "1");
    }

    [Fact(Timeout = Limit)]
    public async Task Leftovers_Kept_AndIgnoringSigterm_AreKilledByAKill()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(Kept(engine.Program("hides", "orphan", "setsid", "stubborn", "leave")));
        await MainExitedAsync(engine, process.RunId);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 1));

        Assert.Equal((KillOutcome.Killed, 3), (report.Outcome, report.ExitCode));
    }

    [Fact(Timeout = Limit)]
    public async Task Leftovers_ByDefault_AreEndedAndNamedWhereTheyStayedLongEnough()
    {
        Engine engine = Start(configure: options => options.LeftoverGrace = TimeSpan.FromMilliseconds(500));

        RunResult result = await engine.Launcher.RunAsync(engine.Program("hides", "orphan", "setsid", "stubborn", "leave"));

        Assert.Equal((RunState.Exited, 3, 1), (result.State, result.ExitCode, result.Leftovers));
        Assert.Equal("perl", Assert.Single(result.LeftoverProcesses).Name);
        Assert.Contains("exited with code 3 and left perl (PID", (await engine.RowAsync(result.RunId)).Status, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Leftovers_ThatLeaveAtOnce_AreCountedAndOnRecord()
    {
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell(Daemons));

        Assert.Equal((RunState.Exited, 3, 2), (result.State, result.ExitCode, result.Leftovers));
        Assert.StartsWith("the main program exited with code 3 and left ", (await engine.RowAsync(result.RunId)).Status, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Program_ThatLeavesNobody_HasNothingOfItInItsRow()
    {
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("sleep 0.05; exit 3"));

        Assert.Equal((0, 0), (result.Leftovers, result.LeftoverProcesses.Count));
        Assert.Null((await engine.RowAsync(result.RunId)).Status);
        Assert.DoesNotContain(await EventsAsync(engine, result.RunId), told => told.Kind == "run.main-exited");
    }
}
