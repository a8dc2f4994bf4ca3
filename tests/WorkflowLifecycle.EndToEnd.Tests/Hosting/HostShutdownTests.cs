using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Hosting;

/// <summary>What becomes of runs when the generic host that launched them stops.</summary>
public sealed class HostShutdownTests : EndToEndTest
{
    private static readonly TimeSpan _longTimeout = TimeSpan.FromSeconds(30);

    private async Task<GenericHost> StartHostAsync(
        TimeSpan? timeout = null, Action<WorkflowLifecycleOptions>? configure = null, Action<IServiceCollection>? before = null, Action<IServiceCollection>? after = null)
    {
        GenericHost host = new(Room, timeout ?? _longTimeout, configure, before, after);
        await host.StartAsync();
        return host;
    }

    private LaunchRequest Program(string name, params string[] arguments) =>
        new("perl", [Path.Combine(AppContext.BaseDirectory, "programs", name + ".pl"), .. arguments]) { WorkingDirectory = Room.Path };

    private static async Task<ITrackedProcess> LaunchReadyAsync(GenericHost host, LaunchRequest request)
    {
        ITrackedProcess process = await host.Launcher.LaunchAsync(request);
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (line.Text == "ready")
            {
                break;
            }
        }

        return process;
    }

    [Fact(Timeout = Limit)]
    public async Task Stop_WithoutRuns_ReturnsAtOnceAndSaysNothing()
    {
        Start();
        await using GenericHost host = await StartHostAsync();

        TimeSpan took = await host.StopAsync();

        Assert.InRange(took.TotalSeconds, 0, 5);
        Assert.DoesNotContain(host.Logs.Entries, entry => entry.Id is >= 350 and <= 359);
    }

    [Fact(Timeout = Limit)]
    public async Task Stop_WithCooperativeRuns_EndsThemAsTheHostAndSoon()
    {
        Engine engine = Start();
        await using GenericHost host = await StartHostAsync(configure: options => options.HostName = "executor-1");
        await using ITrackedProcess first = await LaunchReadyAsync(host, Program("terminates"));
        await using ITrackedProcess second = await LaunchReadyAsync(host, Program("terminates"));
        await using ITrackedProcess child = await LaunchReadyAsync(host, Program("terminates") with { ParentRun = first.RunId });

        TimeSpan took = await host.StopAsync();

        Assert.InRange(took.TotalSeconds, 0, 5);
        foreach (ITrackedProcess process in new[] { first, second, child })
        {
            RunResult result = await process.WaitForExitAsync();
            Assert.Equal((RunState.Exited, 7), (result.State, result.ExitCode));
        }

        KillRecord kill = (await engine.Store.FindKillAsync((await engine.RowAsync(first.RunId)).KillId!.Value))!;
        Assert.Equal(("host:executor-1", "host shutdown", "host"), (kill.RequestedBy, kill.Reason, kill.Door));
        KillRecord ofChild = (await engine.Store.FindKillAsync((await engine.RowAsync(child.RunId)).KillId!.Value))!;
        Assert.Equal($"parent run {first.RunId}: host shutdown", ofChild.Reason);
        Assert.StartsWith("Host shutdown: 3 runs are ended, at most 2", Assert.Single(host.Said(350)), StringComparison.Ordinal);
        Assert.StartsWith("Host shutdown: 2 runs had left by themselves and 0 were killed", Assert.Single(host.Said(351)), StringComparison.Ordinal);
        Assert.Empty(host.Said(353));
    }

    [Fact(Timeout = Limit)]
    public async Task Stop_WithRunsToKeep_HandsThemOver()
    {
        Engine engine = Start();
        await using GenericHost host = await StartHostAsync();
        await using ITrackedProcess ended = await LaunchReadyAsync(host, Program("terminates"));
        LaunchRequest kept = Program("stubborn") with { OnHostExit = OnHostExit.Keep, Output = OutputMode.Discard };
        await using ITrackedProcess alone = await host.Launcher.LaunchAsync(kept);
        await using ITrackedProcess below = await host.Launcher.LaunchAsync(kept with { ParentRun = ended.RunId });

        await host.StopAsync();

        Assert.Equal("Host shutdown: 2 runs are handed over: they go on without this host", Assert.Single(host.Said(352)));
        Assert.False(ProcessEntry.IsAlive(ended.Identity.Pid));
        Assert.True(ProcessEntry.IsAlive(alone.Identity.Pid) && ProcessEntry.IsAlive(below.Identity.Pid));
        Assert.False((await engine.RowAsync(below.RunId)).State == RunState.Stopping);
        await engine.Kills.KillAsync(below.RunId, Engine.Emergency());
        Assert.Equal(KillOutcome.Killed, (await engine.Kills.KillAsync(alone.RunId, Engine.Emergency())).Outcome);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S32")]
    public async Task Stop_WithLessTimeThanTheGracePeriods_ClampsThePhasesInOrderAndNamesTheShortfall()
    {
        Engine engine = Start();
        await using GenericHost host = await StartHostAsync(
            TimeSpan.FromSeconds(10), options => options.HostShutdownGrace = TimeSpan.FromSeconds(2), after: services => services.AddSingleton<IShutdownPhase>(new EndlessPhase("upload", hangs: false)));
        await using ITrackedProcess process = await LaunchReadyAsync(host, Program("stubborn"));

        TimeSpan took = await host.StopAsync();

        // 1.6 s are left without the reserve: 1.2 s of waiting, 0.4 s of the terminate stage, SIGKILL.
        Assert.InRange(took.TotalSeconds, 1.5, 7);
        KillReport report = (await engine.Kills.FindReportAsync((await engine.RowAsync(process.RunId)).KillId!.Value))!;
        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(["quiesce", "safe-point", "terminate", "kill", "prove", "clean"], report.Steps.Select(step => step.Name));
        Assert.Matches(
            @"^Host shutdown was shorter than what phases may need: upload had 1\.[123] s of 20 s, terminate had 0\.[345] s of 10 s\. Raise HostShutdownGrace",
            Assert.Single(host.Said(353)));
        Assert.Empty(host.Said(354));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S32")]
    public async Task Stop_WhoseTimeOutPassesFirst_EndsWhatIsLeftAtOnce()
    {
        Engine engine = Start();
        await using GenericHost host = await StartHostAsync(
            TimeSpan.FromSeconds(1), after: services => services.AddSingleton<IShutdownPhase>(new EndlessPhase("upload", hangs: true)));
        await using ITrackedProcess process = await LaunchReadyAsync(host, Program("stubborn"));
        await using ITrackedProcess child = await LaunchReadyAsync(host, Program("stubborn") with { ParentRun = process.RunId });

        TimeSpan took = await host.StopAsync();

        Assert.InRange(took.TotalSeconds, 0.9, 7);
        Assert.Contains("the time for the end of this host is up", Assert.Single(host.Said(354)), StringComparison.Ordinal);
        KillReport report = (await engine.Kills.FindReportAsync((await engine.RowAsync(child.RunId)).KillId!.Value))!;
        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (report.Outcome, report.Mode));
        Assert.Equal(RunState.Killed, (await engine.RowAsync(process.RunId)).State);
        Assert.Contains("terminate had 0.0 s of 10 s", Assert.Single(host.Said(353)), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Stop_OfTheHost_LetsServicesAddedLaterUseTheirRunsAndRefusesLaunchesAfterwards()
    {
        Start();
        StoppingService later = new();
        StoppingService earlier = new();
        await using GenericHost host = await StartHostAsync(before: services => services.AddSingleton<IHostedService>(earlier), after: services => services.AddSingleton<IHostedService>(later));
        await using ITrackedProcess process = await LaunchReadyAsync(host, Program("terminates"));
        RunResult? launched = null;
        later.OnStop = async () =>
        {
            Assert.True(ProcessEntry.IsAlive(process.Identity.Pid));
            launched = await host.Launcher.RunAsync(new LaunchRequest("/bin/sh", "-c", "exit 5") { WorkingDirectory = Room.Path });
        };
        LaunchFailedException? refusal = null;
        earlier.OnStop = async () =>
        {
            Assert.False(ProcessEntry.IsAlive(process.Identity.Pid));
            refusal = await Assert.ThrowsAsync<LaunchFailedException>(() => host.Launcher.LaunchAsync(Program("terminates")));
        };

        await host.StopAsync();

        Assert.Equal(5, launched?.ExitCode);
        Assert.Contains("This host is stopping: nothing more is launched here.", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Stop_RunThatIsToldToLeaveByACommand_StillRunsThatCommand()
    {
        Engine engine = Start();
        await using GenericHost host = await StartHostAsync();
        LaunchRequest request = new("/bin/sh", "-c", "trap '' TERM; trap 'exit 3' USR1; echo ready; while :; do sleep 0.05; done")
        {
            WorkingDirectory = Room.Path,
            Termination = new TerminationLadder { Steps = [TerminationStep.RunCommand("/bin/sh", "-c", "kill -USR1 $MAINPID")] },
        };
        await using ITrackedProcess process = await LaunchReadyAsync(host, request);

        await host.StopAsync();

        Assert.Equal((RunState.Exited, 3), ((await process.WaitForExitAsync()).State, (await process.WaitForExitAsync()).ExitCode));
        Assert.All(await engine.AllRowsAsync(), row => Assert.True(row.State.IsFinal, row.State.Name));
    }

    [Fact(Timeout = Limit)]
    public async Task Stop_DuringLaunches_LeavesNobody()
    {
        Engine engine = Start();
        await using GenericHost host = await StartHostAsync();
        Task<ITrackedProcess>[] launches = [.. Enumerable.Range(0, 12).Select(_ => Task.Run(() => host.Launcher.LaunchAsync(Program("terminates"))))];

        await host.StopAsync();
        await Task.WhenAll(launches.Select(launch => launch.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.All(launches, launch => Assert.True(launch.IsCompletedSuccessfully || launch.Exception?.InnerException is LaunchFailedException, launch.Exception?.ToString()));
        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
        Assert.All(await engine.AllRowsAsync(), row => Assert.True(row.State.IsFinal, row.State.Name));
    }
}
