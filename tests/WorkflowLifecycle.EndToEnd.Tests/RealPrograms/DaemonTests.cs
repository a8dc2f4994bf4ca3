using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>Programs that leave the group, the session and the parent that they were started in.</summary>
public sealed class DaemonTests : RealProgramTest
{
    private const string Daemons = "nohup sleep 300 > /dev/null 2>&1 & setsid --fork sleep 301; (setsid sh -c 'sleep 302 & exit' &)";

    private static readonly string[] _sleeps = ["sleep 300", "sleep 301", "sleep 302"];

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_WithATmuxServerInside_EndsItAndItsSessions(ContainmentStrength strength)
    {
        Need("tmux");
        Engine engine = Start(strength);
        LaunchRequest request = Script(engine, $"tmux -S {Room.File("tmux")} -f /dev/null new-session -d 'sleep 300' && tmux -S {Room.File("tmux")} new-window -d 'sleep 301' && echo ready; {Stays}");
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request with { Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8" } });
        await AreThereAsync(engine, process.RunId, "sleep 300", "sleep 301");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Contains(report.ProcessesBefore, entry => entry.CommandLine?.StartsWith("tmux", StringComparison.Ordinal) == true);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_WithDaemonsInside_EndsThemAll(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"{Daemons}; echo ready; {Stays}"));
        await AreThereAsync(engine, process.RunId, _sleeps);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(_sleeps, report.ProcessesBefore.Select(entry => entry.CommandLine).Where(line => _sleeps.Contains(line, StringComparer.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Run_WhoseProgramLeavesDaemonsBehind_EndsAndCountsThem(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchAsync(Script(engine, $"{Daemons}; {UntilReleased}; exit 4"));
        await AreThereAsync(engine, process.RunId, _sleeps);
        int[] daemons = [.. (await engine.Registry.InspectAsync(process.RunId)).Where(entry => _sleeps.Contains(entry.CommandLine, StringComparer.Ordinal)).Select(entry => entry.Pid)];

        Release();
        RunResult result = await process.WaitForExitAsync();

        Assert.Equal((RunState.Exited, 4, 3), (result.State, result.ExitCode, result.Leftovers));
        Assert.DoesNotContain(daemons, ProcessEntry.Exists);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfDaemonsThatWereKept_EndsThem()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(Script(engine, $"{Daemons}; exit 4") with { Leftovers = LeftoverPolicy.Keep });
        await AreThereAsync(engine, process.RunId, _sleeps);
        await Wait.UntilAsync("the program is gone", () => !ProcessEntry.IsAlive(process.Identity.Pid));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(_sleeps, report.ProcessesBefore.Select(entry => entry.CommandLine).Order(StringComparer.Ordinal));
        Assert.Equal(4, report.ExitCode);
    }

    private static Task AreThereAsync(Engine engine, RunId runId, params string[] commandLines) => Wait.UntilAsync(
        $"{string.Join(", ", commandLines)} run",
        async () => (await engine.Registry.InspectAsync(runId)).Select(entry => entry.CommandLine).Intersect(commandLines, StringComparer.Ordinal).Count() == commandLines.Length);
}
