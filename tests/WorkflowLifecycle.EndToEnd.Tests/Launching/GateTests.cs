using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>A kill, or the end of the caller's patience, between two steps of a launch.</summary>
public sealed class GateTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("gate:1");

    public static TheoryData<ContainmentStrength, int, KillMode> Steps()
    {
        TheoryData<ContainmentStrength, int, KillMode> data = [];
        foreach (ContainmentStrength strength in new[] { ContainmentStrength.CgroupAndReaper, ContainmentStrength.Reaper })
        {
            foreach (KillMode mode in new[] { KillMode.Graceful, KillMode.Emergency })
            {
                data.Add(strength, 1, mode);
                data.Add(strength, 2, mode);
                data.Add(strength, 3, mode);
            }
        }

        return data;
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Steps))]
    [Trait("Scenario", "S18")]
    public async Task Kill_AfterAStepOfTheLaunch_EndsTheRunOrKeepsItFromStarting(ContainmentStrength strength, int step, KillMode mode)
    {
        TaskCompletionSource reached = new();
        TaskCompletionSource released = new();
        GatedStore? gate = null;
        Engine engine = Start(strength, services: services => services.With<IProcessStore>(store => gate = new GatedStore(store)));
        _ = engine.Store;
        gate!.After = async (_, number) =>
        {
            if (number == step)
            {
                reached.SetResult();
                await released.Task;
            }
        };
        Task<ITrackedProcess> launching = engine.LaunchAsync(engine.Shell("echo started > started; exec sleep 60") with { RunId = _id });
        await reached.Task;

        Task<KillReport> killing = engine.Kills.KillAsync(_id, new KillRequest("too early", WorkflowPrincipal.LocalUser()) { Mode = mode });
        bool withoutTheLauncher = await Task.WhenAny(killing, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System)) == killing;
        released.SetResult();
        KillReport report = await killing;

        Assert.True(withoutTheLauncher, "the kill waited for the launcher");
        Assert.True(report.Outcome is KillOutcome.Killed or KillOutcome.ExitedGracefully, report.Outcome.ToString());
        Assert.Equal(step == 1 ? EndProof.NeverStarted : strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        if (step < 3)
        {
            await Assert.ThrowsAsync<LaunchFailedException>(() => launching);
            Assert.False(File.Exists(Room.File("started")));
        }
        else
        {
            await (await launching).WaitForExitAsync();
        }

        Assert.True((await engine.RowAsync(_id)).State.IsFinal);
        Assert.Equal(report.KillId, (await engine.RowAsync(_id)).KillId);
    }

    [Fact(Timeout = Limit)]
    public async Task Launch_CancelledWhileTheGateOpens_LeavesNothingRunningUnwatched()
    {
        using CancellationTokenSource caller = new();
        Engine engine = Start(services: services => services.With<IContainmentPlatform>(platform => new DecoratedPlatform(platform) { Prepared = prepared => new CancellingRun(prepared, caller) }));

        Task<ITrackedProcess> launching = engine.Launcher.LaunchAsync(engine.Request("sleep", "60") with { RunId = _id }, caller.Token);

        try
        {
            ITrackedProcess process = await launching.WaitAsync(TimeSpan.FromSeconds(20));
            await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(RunState.LaunchFailed, (await engine.RowAsync(_id)).State);
        }
    }
}
