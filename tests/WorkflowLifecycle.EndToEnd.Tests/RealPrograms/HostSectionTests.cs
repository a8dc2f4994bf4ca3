using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>Critical sections that the host enters on a run's behalf.</summary>
public sealed class HostSectionTests : RealProgramTest
{
    [Fact(Timeout = Limit)]
    public async Task Kill_WithinNestedSections_WaitsUntilAllAreLeft()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"echo ready; {Stays}"));
        IAsyncDisposable outer = await process.EnterCriticalSectionAsync(CriticalSectionKind.Database, "book the order");
        IAsyncDisposable inner = await process.EnterCriticalSectionAsync(CriticalSectionKind.Database, "charge the card");

        Task<KillReport> kill = await KillUntilItWaitsAsync(engine, process, "charge the card");
        await inner.DisposeAsync();

        // Inside a section another is still entered: the work under way may need it.
        await using (await process.EnterCriticalSectionAsync(CriticalSectionKind.File, "print the receipt"))
        {
            Assert.False(kill.IsCompleted);
        }

        await outer.DisposeAsync();
        KillReport report = await kill;

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        AssertWaitedFor(report, "database", "critical section database: book the order");
        AssertWaitedFor(report, "database", "critical section database: charge the card");
        AssertNobodyLeft(report);
    }

    [Fact(Timeout = Limit)]
    public async Task Section_OnceAKillMarkedTheRun_IsRefused()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, "trap 'echo > told' TERM; echo ready; while [ ! -e ../go ]; do sleep 0.05; done"));
        Task<KillReport> kill = engine.Kills.KillAsync(process.RunId, Engine.Graceful());
        await Wait.UntilAsync("the program was told to leave", () => File.Exists(InWork("told")));

        await Assert.ThrowsAsync<RunIsEndingException>(() => process.EnterCriticalSectionAsync(CriticalSectionKind.Git, "push"));

        Release();
        KillReport report = await kill;
        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        await Assert.ThrowsAsync<RunIsEndingException>(() => process.EnterCriticalSectionAsync(CriticalSectionKind.Git, "push"));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithinASectionThatNobodyLeaves_GivesItUpAtItsCeilingAndNamesIt()
    {
        Engine engine = Start(configure: options => options.GitCeiling = TimeSpan.FromSeconds(1));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"echo ready; {Stays}"));
        await using IAsyncDisposable section = await process.EnterCriticalSectionAsync(CriticalSectionKind.Git, "push");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        PhaseReport git = Find(report, "git");
        AwaitedWork left = Assert.Single(git.WaitedFor);
        Assert.Equal((PhaseOutcome.CeilingReached, "critical section git: push", false), (git.Outcome, left.Description, left.IsDone));
        Assert.InRange(report.DurationMs, 900, 8000);

        // It is not waited for any longer while the program leaves.
        Assert.InRange(left.DurationMs, 900, git.DurationMs);
        await Wait.UntilAsync("who watches is told so", async () =>
            (await engine.Store.ReadEventsAsync(default, 1000)).Last(happened => happened.Kind == "kill.waiting").Message is "");
        AssertNobodyLeft(report);
    }
}
