using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>Files that are written piece by piece.</summary>
public sealed class FileWriteTests : RealProgramTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_WhileAFileIsWritten_WaitsUntilItIsWhole(ContainmentStrength strength)
    {
        Engine engine = Start(strength);

        // Renamed before it is closed: whoever closes first leaves an instant in which nothing shows that more is to come.
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(
            engine,
            $"exec 3> export.part; echo begin >&3; echo ready; while [ ! -e {GoFile} ]; do echo chunk >&3; sleep 0.05; done; echo end >&3; mv export.part export; exec 3>&-; {Stays}"));

        Task<KillReport> kill = await KillUntilItWaitsAsync(engine, process, "export.part");
        Release();
        KillReport report = await kill;

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        AssertWaitedFor(report, "file", "export.part");
        AssertDidNotWait(report, "git", "database", "other");
        string[] lines = await File.ReadAllLinesAsync(InWork("export"));
        Assert.Equal(("begin", "end"), (lines[0], lines[^1]));
        Assert.False(File.Exists(InWork("export.part")));
        AssertNobodyLeft(report);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhileAFileMerelyStaysOpen_DoesNotWait()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"exec 3> service.log; echo started >&3; sleep 1; echo ready; {Stays}"));

        AssertLeftAtOnce(await engine.Kills.KillAsync(process.RunId, Engine.Graceful()));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhileTheRunsOwnOutputGrows_DoesNotWait()
    {
        Engine engine = Start();
        LaunchRequest talks = Script(engine, "trap 'exit 0' TERM; while :; do echo word; sleep 0.01; done") with { Output = OutputMode.Files };
        await using ITrackedProcess process = await engine.LaunchAsync(talks);
        await Wait.UntilAsync("it writes", () => Directory.EnumerateFiles(Room.RuntimeDirectory, "stdout.log", SearchOption.AllDirectories).Any(file => new FileInfo(file).Length > 0));

        AssertLeftAtOnce(await engine.Kills.KillAsync(process.RunId, Engine.Graceful()));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhileAFileGrowsForever_GivesItUpAtItsCeilingAndNamesIt()
    {
        Engine engine = Start(configure: options => options.FileCeiling = TimeSpan.FromSeconds(1));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(
            engine, "exec 3> trace.log; trap 'exit 0' TERM; echo ready; while :; do echo line >&3; sleep 0.02; done"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        PhaseReport file = Find(report, "file");
        Assert.True(file.Outcome == PhaseOutcome.CeilingReached, Describe(report));

        // One line, although each sleep inherits the file: who opened it is at work.
        AwaitedWork left = Assert.Single(file.WaitedFor);
        Assert.Equal(("trace.log", process.Identity.Pid, false), (left.Description, left.Pid, left.IsDone));
    }
}
