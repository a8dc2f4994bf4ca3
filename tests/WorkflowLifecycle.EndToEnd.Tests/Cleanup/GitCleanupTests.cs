using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.EndToEnd.Tests.Shutdown;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>A real commit that is killed in the middle, and the repository afterwards.</summary>
[SupportedOSPlatform("linux")]
public sealed class GitCleanupTests : EndToEndTest
{
    private string Work => Room.File("work");

    private Engine StartWithGitCleaner() => Start(services: services => services.AddWorkflowLifecycle().AddGitCleaner().AddGitCleaner());

    // Git waits for its hook, and holds the index all the while.
    private async Task<GitRepository> CreateAsync()
    {
        GitRepository repository = await GitRepository.CreateAsync(Work);
        string hook = Path.Combine(Work, ".git", "hooks", "pre-commit");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\ntouch {Room.File("in-hook")}\nwhile [ ! -e {Room.File("release")} ]; do sleep 0.05; done\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return repository;
    }

    private async Task<ITrackedProcess> LaunchCommitAsync(Engine engine)
    {
        ITrackedProcess process = await engine.LaunchAsync(engine.Shell("echo 1 > file; git commit -q -a -m 1") with { WorkingDirectory = Work });
        await Wait.UntilAsync("the hook runs", () => File.Exists(Room.File("in-hook")));
        return process;
    }

    [Fact(Timeout = Limit)]
    public async Task Commit_KilledInTheMiddle_LeavesNoLock()
    {
        Engine engine = StartWithGitCleaner();
        GitRepository repository = await CreateAsync();
        await using ITrackedProcess process = await LaunchCommitAsync(engine);
        string path = Assert.Single(repository.Locks);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        CleanupResult line = Assert.Single(report.Cleanup, line => line.Cleaner == CleanerNames.Git);
        Assert.Equal((CleanupOutcomes.Clean, null), (line.Outcome, line.Message));
        Assert.Equal([path], line.Found);
        Assert.Equal([path], line.Cleaned);
        Assert.Empty(line.Remaining);
        await repository.RunAsync("status", "--porcelain");
        await repository.RunAsync("commit", "-q", "-a", "--no-verify", "-m", "2");
        Assert.Empty(await repository.FindFaultsAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Commit_ThatIsAskedToLeave_TakesItsLockWithIt()
    {
        Engine engine = StartWithGitCleaner();
        GitRepository repository = await CreateAsync();
        await using ITrackedProcess process = await LaunchCommitAsync(engine);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(1));

        CleanupResult line = Assert.Single(report.Cleanup, line => line.Cleaner == CleanerNames.Git);
        Assert.Equal(CleanupOutcomes.Clean, line.Outcome);
        Assert.Empty(line.Remaining);
        Assert.Empty(repository.Locks);
    }

    [Fact(Timeout = Limit)]
    public async Task Commit_OfAStranger_InTheSameRepository_IsNotDisturbed()
    {
        Engine engine = StartWithGitCleaner();
        GitRepository repository = await CreateAsync();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Shell("exec sleep 300") with { WorkingDirectory = Work });
        HelperProcess stranger = StartHelper("sh", "-c", $"cd {Work} && echo 1 > file && exec git commit -q -a -m 1");
        await Wait.UntilAsync("the hook runs", () => File.Exists(Room.File("in-hook")));
        string path = Assert.Single(repository.Locks);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        CleanupResult line = Assert.Single(report.Cleanup, line => line.Cleaner == CleanerNames.Git);
        Assert.Equal(CleanupOutcomes.Failed, line.Outcome);
        Assert.Contains("is at work in that repository", line.Message, StringComparison.Ordinal);
        Assert.Empty(line.Cleaned);
        Assert.Equal([path], repository.Locks);
        await File.WriteAllTextAsync(Room.File("release"), "");
        Assert.Equal(0, await stranger.WaitForExitAsync());
        Assert.Equal("1\n", await repository.RunAsync("show", "HEAD:file"));
    }
}
