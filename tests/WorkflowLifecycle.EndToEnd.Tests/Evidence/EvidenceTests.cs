using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Evidence;

/// <summary>What is kept of a run's doings, and what that may not cost a kill.</summary>
public sealed class EvidenceTests : EndToEndTest
{
    private const string Tree = "sleep 50 & for i in 1 2 3; do sh -c 'while :; do :; done' & done; exec 3>report.csv; echo half way; sleep 0.3; echo ready; trap 'kill $!; exit 0' TERM; while :; do sleep 0.1; done";

    private static KillRequest Asked => Engine.Graceful() with { CaptureEvidence = true };

    private static string? StepOf(KillReport report) => report.Steps.FirstOrDefault(step => step.Name == "evidence")?.Outcome;

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_WithEvidence_KeepsWhatTheTreeWasDoing(ContainmentStrength strength)
    {
        Engine engine = Start(strength, options => options.EvidenceCeiling = TimeSpan.FromSeconds(5));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Tree));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Asked);

        RunEvidence evidence = Assert.Single(await engine.Evidence.ReadAsync(process.RunId));
        Assert.Equal((report.KillId, false), (evidence.KillId, evidence.Truncated));
        Assert.Equal($"{evidence.Processes.Count} processes", StepOf(report));
        Assert.Equal(("root", Room.Path), (evidence.Processes[0].BelongsBecause, evidence.Processes[0].WorkingDirectory));
        Assert.Contains(evidence.Processes[0].Files, file => file == "3 " + Room.File("report.csv"));
        Assert.Contains(evidence.Processes, one => one.CpuDeltaMs > 0);
        Assert.Contains(evidence.Processes, one => one.CommandLine == "sleep 50");
        Assert.Contains(evidence.Processes, one => one.WaitChannel is not null);
        Assert.Equal(["half way", "ready"], Assert.Single(evidence.Output).Lines);
        Assert.Equal(strength == ContainmentStrength.CgroupAndReaper, evidence.Cgroup.Count > 0);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_Emergency_TakesNoneWhateverIsAsked()
    {
        Engine engine = Start(configure: options => options.CaptureEvidence = EvidencePolicy.OnGracefulKill, services: services => services.AddSingleton<IEvidenceSource, HangingSource>());
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Tree));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency() with { CaptureEvidence = true });

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Null(StepOf(report));
        Assert.All(report.ProcessesBefore, before => Assert.Null(before.CommandLine));
        Assert.Empty(await engine.Evidence.ReadAsync(process.RunId));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_SourceThatHangs_IsHeldUpByTheCeilingAndKeepsTheRest()
    {
        Engine engine = Start(
            configure: options => (options.CaptureEvidence, options.EvidenceCeiling) = (EvidencePolicy.OnGracefulKill, TimeSpan.FromMilliseconds(400)),
            services: services => services.AddSingleton<IEvidenceSource, HangingSource>());
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Tree));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.InRange(report.Steps.Single(step => step.Name == "evidence").DurationMs, 390, 1500);
        RunEvidence evidence = Assert.Single(await engine.Evidence.ReadAsync(process.RunId));
        Assert.Equal("did not answer in time", Assert.Single(evidence.Sources).Problem);
        Assert.NotEmpty(evidence.Processes);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S42")]
    public async Task Kill_StoreThatIsSlowWithEvidence_DelaysNeitherSignalNorAnswer()
    {
        TaskCompletionSource free = new();
        GatedStore? gated = null;
        Engine engine = Start(services: services => services.With<IProcessStore>(store => gated = new GatedStore(store)
        {
            Before = commit => commit.AddEvidence is null ? Task.CompletedTask : free.Task,
        }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Tree));
        long started = Stopwatch.GetTimestamp();

        KillReport report = await engine.Kills.KillAsync(process.RunId, Asked);

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
        Assert.Contains(report.Steps, step => step is { Name: "evidence", Outcome: "not on record yet" });
        Assert.Empty(await engine.Evidence.ReadAsync(process.RunId));
        free.SetResult();
        await Wait.UntilAsync("it is on record", async () => (await engine.Evidence.ReadAsync(process.RunId)).Count == 1);
    }

    [Fact(Timeout = Limit)]
    public async Task Take_OfALiveRun_EndsNothingAndIsKeptBesideThatOfAKill()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Tree));

        RunEvidence? taken = await engine.Evidence.TakeAsync(process.RunId);

        Assert.True(taken is { KillId: null, NotStored: null, Processes.Count: > 2 });
        Assert.False((await engine.RowAsync(process.RunId)).State.IsFinal);
        KillReport report = await engine.Kills.KillAsync(process.RunId, Asked);
        Assert.Equal([report.KillId, null], (await engine.Evidence.ReadAsync(process.RunId)).Select(evidence => evidence.KillId));
        Assert.Null(await engine.Evidence.TakeAsync(process.RunId));
        await Assert.ThrowsAsync<RunNotFoundException>(() => engine.Evidence.TakeAsync(RunId.Parse("run_nobody")));
        await Assert.ThrowsAsync<RunNotFoundException>(() => engine.Evidence.ReadAsync(RunId.Parse("run_nobody")));
    }
}
