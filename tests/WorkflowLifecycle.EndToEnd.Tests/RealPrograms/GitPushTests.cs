using WorkflowLifecycle.EndToEnd.Tests.Shutdown;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>A push to a repository on the same machine, whose hooks take their time: git-receive-pack and the hook are in the tree.</summary>
public sealed class GitPushTests : RealProgramTest
{
    private static readonly Dictionary<string, string?> _quietGit = new() { ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_SYSTEM"] = "/dev/null" };

    [Theory(Timeout = Limit)]
    [InlineData("pre-receive", ContainmentStrength.CgroupAndReaper)]
    [InlineData("pre-receive", ContainmentStrength.Reaper)]
    [InlineData("update", ContainmentStrength.CgroupAndReaper)]
    [InlineData("post-receive", ContainmentStrength.CgroupAndReaper)]
    public async Task Kill_DuringAPush_WaitsForItByNameAndTheRemoteHasAll(string hook, ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        GitRepository local = await CreateAsync(hook);
        await using ITrackedProcess process = await LaunchAsync(engine, "git push -q origin main && echo pushed > outcome");
        await Wait.UntilAsync("the hook runs", () => File.Exists(Room.File("in-hook")));

        Task<KillReport> kill = await KillUntilItWaitsAsync(engine, process, "git push");
        Release();
        KillReport report = await kill;

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        AssertWaitedFor(report, "git", "git push");
        Assert.Equal("git push", Assert.Single(Find(report, "git").WaitedFor).Description);
        AssertDidNotWait(report, "database", "other");
        Assert.Equal(await local.RunAsync("rev-parse", "main"), await local.RunAsync("--git-dir", Remote, "rev-parse", "main"));
        await AssertSoundAsync(local);
        AssertNobodyLeft(report);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_AfterAPush_DoesNotWait()
    {
        Engine engine = Start();
        GitRepository local = await CreateAsync("pre-receive");
        Release();
        await using ITrackedProcess process = await LaunchAsync(engine, "git push -q origin main; echo > pushed");
        await Wait.UntilAsync("the push is over", () => File.Exists(InWork("pushed")));

        // What a command wrote a moment ago counts as changing only while somebody has it open.
        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        await AssertSoundAsync(local);
    }

    private string Remote => Room.File("remote.git");

    private async Task<GitRepository> CreateAsync(string hook)
    {
        GitRepository local = await GitRepository.CreateAsync(Work);
        for (int i = 1; i <= 5; i++)
        {
            await File.WriteAllTextAsync(InWork("file"), $"{i}\n");
            await local.RunAsync("commit", "-q", "-a", "-m", $"{i}");
        }

        await local.RunAsync("init", "-q", "--bare", "-b", "main", Remote);
        await local.RunAsync("remote", "add", "origin", Remote);
        string path = Path.Combine(Remote, "hooks", hook);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\necho > {Room.File("in-hook")}\n{UntilReleased}\n");
        await RunAsideAsync("chmod", "755", path);
        return local;
    }

    private async Task<ITrackedProcess> LaunchAsync(Engine engine, string script) =>
        await engine.LaunchReadyAsync(Script(engine, $"echo ready; {script}; {Stays}") with { Environment = _quietGit });

    private async Task AssertSoundAsync(GitRepository local)
    {
        Assert.Empty(await local.FindFaultsAsync());
        Assert.Empty(Directory.EnumerateFiles(Remote, "*.lock", SearchOption.AllDirectories));

        // What a hook refuses or a push leaves in the middle lies in a quarantine of its own.
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Remote, "objects"), "*incoming*"));
        (int exitCode, string output) = await local.TryAsync("--git-dir", Remote, "fsck", "--full", "--strict");
        Assert.True(exitCode == 0, output);
    }
}
