using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>The shim is stopped or killed while it opens the gate.</summary>
public sealed class HolderLostAtTheGateTests : EndToEndTest
{
    private const int Attempts = 30;

    [Fact(Timeout = Limit)]
    public async Task Launch_WhoseShimDiesBetweenStartAndAnswer_LeavesNobodyAndClaimsNoProofItLacks()
    {
        Engine engine = Start(services: services => services.With<IContainmentPlatform>(platform => new InterferingPlatform(platform, KillOnceStartedAsync)));
        int failed = 0;
        for (int i = 0; i < Attempts; i++)
        {
            RunId id = RunId.New();
            try
            {
                await (await engine.LaunchAsync(engine.Request("sleep", "50") with { RunId = id })).DisposeAsync();
                await engine.Kills.KillAsync(id, Engine.Emergency());
            }
            catch (LaunchFailedException)
            {
                failed++;
                RunRecord row = await engine.RowAsync(id);
                Assert.False(Directory.Exists(row.Containment!.CgroupPath), $"{row.State}, proof {row.Proof}, and the cgroup is there");
                IReadOnlyList<ProcessEntry> living = ProcessEntry.StandingIn(Room.Path);
                Assert.True(living.Count == 0, $"{row.State}, proof {row.Proof}, and still there: {string.Join('\n', living)}");
                Assert.Equal((RunState.Killed, EndProof.CgroupEmpty), (row.State, row.Proof));
            }
        }

        Assert.SkipWhen(failed == 0, "the shim always answered before it could be killed");
    }

    [Fact(Timeout = Limit)]
    public async Task Launch_WhoseShimIsStoppedAtTheGate_FailsInTime()
    {
        Engine engine = Start(services: services => services.With<IContainmentPlatform>(platform => new InterferingPlatform(platform, StopFirstAsync)));

        Task<ITrackedProcess> launching = engine.LaunchAsync(engine.Request("sleep", "50"));

        await Assert.ThrowsAsync<LaunchFailedException>(() => launching.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
    }

    private static Task<IHeldRun> StopFirstAsync(ContainmentRecord containment, Func<Task<IHeldRun>> go)
    {
        Signals.Send("STOP", containment.Shim!.Pid);
        return go();
    }

    // Looks as fast as it can for the first process of the cgroup, and kills the shim in that moment.
    private static async Task<IHeldRun> KillOnceStartedAsync(ContainmentRecord containment, Func<Task<IHeldRun>> go)
    {
        using System.Diagnostics.Process shim = System.Diagnostics.Process.GetProcessById(containment.Shim!.Pid);
        using TextReader processes = new StreamReader(Path.Combine(containment.CgroupPath!, "cgroup.procs"));
        Stream stream = ((StreamReader)processes).BaseStream;
        TaskCompletionSource looking = new();
        Task killer = Task.Factory.StartNew(
            () =>
            {
                byte[] buffer = new byte[16];
                long until = Environment.TickCount64 + 2000;
                looking.SetResult();
                while (Environment.TickCount64 < until)
                {
                    stream.Position = 0;
                    if (stream.Read(buffer) > 0)
                    {
                        shim.Kill();
                        return;
                    }
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await looking.Task;
        try
        {
            return await go();
        }
        finally
        {
            await killer;
        }
    }
}
