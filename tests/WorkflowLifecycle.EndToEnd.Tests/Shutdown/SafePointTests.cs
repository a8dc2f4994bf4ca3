using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown;

/// <summary>A tree that does nothing but short git commands is ended between two of them.</summary>
public sealed class SafePointTests : EndToEndTest
{
    private const int Rounds = 100;
    private const string CommitLoop = "n=0; echo ready; while :; do n=$((n+1)); echo $n > file; git add file; git commit -q -m $n; done";

    private static readonly Dictionary<string, string?> _quietGit = new() { ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_SYSTEM"] = "/dev/null" };

    [Theory(Timeout = 300_000)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_GracefulOfACommitLoop_LeavesNoRepositoryBroken(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        List<string> faults = [];
        int stoodStill = 0;
        for (int round = 0; round < Rounds; round++)
        {
            GitRepository repository = await GitRepository.CreateAsync(Room.File("repository"));
            KillReport report = await RunAndKillAsync(engine, repository, round, Engine.Graceful());
            stoodStill += report.Steps.Any(step => step is { Name: "safe-point", Outcome: "the tree stood still" }) ? 1 : 0;
            Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
            Assert.True(report.Phases.Single(phase => phase.Name == "git").Outcome is PhaseOutcome.NothingInFlight or PhaseOutcome.Finished);
            faults.AddRange(await repository.FindFaultsAsync());
            Directory.Delete(repository.Path, recursive: true);
        }

        Assert.Empty(faults);
        Assert.Equal(Rounds, stoodStill);
    }

    // The same without the safe point, or the test above would show nothing.
    [Fact(Timeout = 300_000)]
    public async Task Kill_EmergencyOfACommitLoop_BreaksSome()
    {
        Engine engine = Start();
        for (int round = 0; round < 5 * Rounds; round++)
        {
            GitRepository repository = await GitRepository.CreateAsync(Room.File("repository"));
            await RunAndKillAsync(engine, repository, round, Engine.Emergency());
            bool isBroken = (await repository.FindFaultsAsync()).Count > 0;
            Directory.Delete(repository.Path, recursive: true);
            if (isBroken)
            {
                return;
            }
        }

        Assert.Fail($"{5 * Rounds} kills at any instant broke nothing: git no longer leaves locks behind, and the loop shows nothing.");
    }

    private static async Task<KillReport> RunAndKillAsync(Engine engine, GitRepository repository, int round, KillRequest request)
    {
        LaunchRequest loop = engine.Shell(CommitLoop) with { WorkingDirectory = repository.Path, Environment = _quietGit };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(loop);

        // Another instant of the loop each time.
        await Task.Delay(TimeSpan.FromMilliseconds(round * 7 % 50));
        return await engine.Kills.KillAsync(process.RunId, request);
    }
}
