using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Families of runs, ended gracefully: child runs first, and nothing new under any of them.</summary>
public sealed class CascadeTests : EndToEndTest
{
    private static readonly RunId _parent = RunId.Parse("parent:1");

    // Writes the moment to a file of its name when it is told to leave.
    private static LaunchRequest Leaver(Engine engine, string name) => engine.Shell(
        $"trap 'date +%s%N > {name}.left; exit 0' TERM; echo ready; while :; do sleep 0.02; done") with
    { RunId = RunId.Parse(name) };

    private async Task<long> LeftAtAsync(string name) => long.Parse(await File.ReadAllTextAsync(Room.File(name + ".left")), CultureInfo.InvariantCulture);

    [Fact(Timeout = Limit)]
    public async Task Kill_ParentThatLaunchesChildrenInALoop_LeavesNobodyOfTheFamily()
    {
        Engine engine = Start();
        await using ITrackedProcess parent = await engine.LaunchReadyAsync(engine.Program("terminates") with { RunId = _parent });
        await using ITrackedProcess child = await engine.LaunchReadyAsync(engine.Program("terminates") with { ParentRun = _parent });
        await using ITrackedProcess stranger = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        await using ITrackedProcess ofTheStranger = await engine.LaunchReadyAsync(engine.Program("stubborn") with { ParentRun = stranger.RunId });
        ConcurrentQueue<Exception> refusals = new();
        using CancellationTokenSource over = new();
        Task[] loops = [.. new[] { _parent, child.RunId }.Select(above => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    await using ITrackedProcess process = await engine.LaunchAsync(engine.Program("terminates") with { ParentRun = above });
                }
                catch (LaunchFailedException refusal)
                {
                    refusals.Enqueue(refusal);
                    await Task.Delay(10);
                }
            }
        }))];
        await Wait.UntilAsync("it respawns", async () => (await engine.AllRowsAsync()).Count > 10);

        KillReport report = await engine.Kills.KillAsync(_parent, Engine.Graceful(seconds: 20));

        int refusedSoFar = refusals.Count;
        await Wait.UntilAsync("it goes on trying", () => refusals.Count > refusedSoFar + 3);
        await over.CancelAsync();
        await Task.WhenAll(loops);
        IReadOnlyList<RunRecord> rows = await engine.AllRowsAsync();
        Assert.All(rows.Where(row => row.RunId != stranger.RunId && row.RunId != ofTheStranger.RunId), row => Assert.True(row.State.IsFinal, row.State.Name));
        Assert.Contains(refusals, refusal => refusal.Message.Contains("parent:1 is Stopping", StringComparison.Ordinal));
        Assert.Contains(report.ChildRuns, ended => ended.RunId == child.RunId && ended.ChildRuns.Count > 0);
        Assert.True(ProcessEntry.IsAlive(stranger.Identity.Pid) && ProcessEntry.IsAlive(ofTheStranger.Identity.Pid));
        await engine.Kills.KillAsync(stranger.RunId, Engine.Emergency());
        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_ThreeLevels_LeaveFromTheBottomUp(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess top = await engine.LaunchReadyAsync(Leaver(engine, "top"));
        await using ITrackedProcess middle = await engine.LaunchReadyAsync(Leaver(engine, "middle") with { ParentRun = top.RunId });
        await using ITrackedProcess bottom = await engine.LaunchReadyAsync(Leaver(engine, "bottom") with { ParentRun = middle.RunId });

        KillReport report = await engine.Kills.KillAsync(top.RunId, Engine.Graceful());

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(KillOutcome.ExitedGracefully, report.ChildRuns[0].ChildRuns[0].Outcome);
        Assert.True(await LeftAtAsync("bottom") < await LeftAtAsync("middle"));
        Assert.True(await LeftAtAsync("middle") < await LeftAtAsync("top"));
        Assert.Equal("child-runs", report.Steps[0].Name);
        Assert.InRange(report.DurationMs, 0, 5_000);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ChildRunsNotFirst_TellsAllAtOnce()
    {
        Engine engine = Start(configure: options => options.ChildRunsFirst = false);
        await using ITrackedProcess top = await engine.LaunchReadyAsync(Leaver(engine, "top"));
        await using ITrackedProcess child = await engine.LaunchReadyAsync(engine.Program("stubborn") with { ParentRun = top.RunId });

        Task<KillReport> killing = engine.Kills.KillAsync(top.RunId, Engine.Graceful(seconds: 5));
        await Wait.UntilAsync("the parent left", () => File.Exists(Room.File("top.left")));

        Assert.True(ProcessEntry.IsAlive(child.Identity.Pid));
        await engine.Kills.KillAsync(top.RunId, Engine.Emergency());
        Assert.Equal(KillOutcome.Killed, Assert.Single((await killing).ChildRuns).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_EscalatedWhileItsChildRunIsEnded_IsFeltThere()
    {
        Engine engine = Start();
        await EscalateAsync(engine, "warm-");

        TimeSpan felt = await EscalateAsync(engine, string.Empty);

        Assert.InRange(felt.TotalMilliseconds, 0, 5_000);
    }

    private async Task<TimeSpan> EscalateAsync(Engine engine, string prefix)
    {
        await using ITrackedProcess top = await engine.LaunchReadyAsync(Leaver(engine, prefix + "top"));
        await using ITrackedProcess middle = await engine.LaunchReadyAsync(Leaver(engine, prefix + "middle") with { ParentRun = top.RunId });
        await using ITrackedProcess bottom = await engine.LaunchReadyAsync(engine.Program("stubborn") with { ParentRun = middle.RunId });
        Task<KillReport> killing = engine.Kills.KillAsync(top.RunId, Engine.Graceful(seconds: 40));
        await Wait.UntilAsync("the child run was told", async () => (await engine.AuditAsync(bottom.RunId)).Any(entry => entry.Stage == "Signal"));

        long asked = TimeProvider.System.GetTimestamp();
        Task<KillReport> emergency = engine.Kills.KillAsync(top.RunId, Engine.Emergency());
        while (ProcessEntry.IsAlive(bottom.Identity.Pid))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(10));
            await Task.Delay(1);
        }

        TimeSpan felt = TimeProvider.System.GetElapsedTime(asked);
        KillReport report = await emergency;
        Assert.Equal((await killing).KillId, report.KillId);
        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (report.ChildRuns[0].ChildRuns[0].Outcome, report.ChildRuns[0].ChildRuns[0].Mode));
        Assert.False(File.Exists(Room.File(prefix + "top.left")) || File.Exists(Room.File(prefix + "middle.left")));
        return felt;
    }

    [Fact(Timeout = Limit)]
    [Trait("Peer", "kubernetes#115817")]
    public async Task Kill_FamilyThatIgnoresSigterm_IsOverWithinTheGraceOfTheParent()
    {
        Engine engine = Start();
        await using ITrackedProcess top = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        await using ITrackedProcess middle = await engine.LaunchReadyAsync(engine.Program("stubborn") with { ParentRun = top.RunId });
        await using ITrackedProcess bottom = await engine.LaunchReadyAsync(engine.Program("stubborn") with { ParentRun = middle.RunId });

        KillReport report = await engine.Kills.KillAsync(top.RunId, Engine.Graceful(seconds: 2));

        Assert.Equal((KillOutcome.Killed, KillOutcome.Killed), (report.Outcome, report.ChildRuns[0].ChildRuns[0].Outcome));
        Assert.InRange(report.DurationMs, 1_900, 7_000);
    }
}
