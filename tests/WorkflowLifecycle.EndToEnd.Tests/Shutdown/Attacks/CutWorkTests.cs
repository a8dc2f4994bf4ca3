using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Attacks;

/// <summary>Work that a graceful kill could cut though it was told of it, or can see it.</summary>
public sealed class CutWorkTests : EndToEndTest
{
    [Fact(Timeout = Limit)]
    public async Task Kill_WithAHundredSectionsOfAnotherKind_StillSeesTheOneBehindThem()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Shell(
            """
            trap 'exit 0' TERM
            for i in $(seq 1 120); do flock -s "$WORKFLOW_LIFECYCLE_CRITICAL/git" sleep 2 & done
            flock -s "$WORKFLOW_LIFECYCLE_CRITICAL/database" sh -c 'trap "" TERM; echo in > in; sleep 6; echo done > done' &
            while ! test -e in; do sleep 0.05; done
            sleep 0.5; echo ready; while :; do sleep 0.05; done
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        PhaseReport database = Attack.Phase(report, "database");
        Assert.True(database.Outcome == PhaseOutcome.Finished, Attack.Describe(report));
        Assert.True(File.Exists(Room.File("done")), Attack.Describe(report));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_SectionOfACrowdWithManyOpenFiles_IsWaitedFor(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        LaunchRequest request = engine.Request("python3", "-c",
            """
            import os, time, fcntl, signal
            files = [open('data%d' % i, 'w') for i in range(200)]
            for i in range(400):
                if os.fork() == 0:
                    time.sleep(600)
                    os._exit(0)
            section = open(os.environ['WORKFLOW_LIFECYCLE_CRITICAL'] + '/git', 'a')
            fcntl.flock(section, fcntl.LOCK_SH)
            signal.signal(signal.SIGTERM, lambda *_: os._exit(9))
            print('ready', flush=True)
            time.sleep(8)
            open('done', 'w').close()
            fcntl.flock(section, fcntl.LOCK_UN)
            time.sleep(600)
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(File.Exists(Room.File("done")), Attack.Describe(report));
        Assert.True(Attack.Phase(report, "git").Outcome == PhaseOutcome.Finished, Attack.Describe(report));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_MainProgramThatLeavesByItself_DoesNotCutTheSectionOfItsChild(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        LaunchRequest request = engine.Shell(
            """
            flock -s "$WORKFLOW_LIFECYCLE_CRITICAL/git" sh -c 'echo in > in; sleep 5; echo done > done' &
            while ! test -e in; do sleep 0.05; done
            echo ready; sleep 1.5; exit 0
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(File.Exists(Room.File("done")), Attack.Describe(report));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_FileWhoseNameEndsAsThoseOfSqlite_IsWaitedFor()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Request("python3", "-u", "-c",
            """
            import time
            out = open('audit-journal', 'w')
            print('ready')
            for i in range(60):
                out.write('x\n'); out.flush(); time.sleep(0.05)
            open('done', 'w').close()
            out.close()
            time.sleep(600)
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(File.Exists(Room.File("done")), Attack.Describe(report));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_GitThatWentIntoTheBackground_IsWaitedFor(ContainmentStrength strength)
    {
        GitRepository repository = await GitRepository.CreateAsync(Room.File("repository"));
        await MakeHookAsync(Path.Combine(repository.Path, ".git", "hooks", "post-commit"));
        Engine engine = Start(strength);
        LaunchRequest request = engine.Shell("(setsid git commit -q --allow-empty -m late > /dev/null 2>&1 &); sleep 1; echo ready; while :; do sleep 0.05; done") with
        {
            WorkingDirectory = repository.Path,
            Environment = new Dictionary<string, string?> { ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_SYSTEM"] = "/dev/null" },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(Attack.Phase(report, "git").Outcome == PhaseOutcome.Finished && File.Exists(Path.Combine(repository.Path, "hooked")), Attack.Describe(report));
        Assert.Empty(await repository.FindFaultsAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_CommitOfAWorktreeAndOfASubmoduleWithSlowHooks_AreWaitedFor()
    {
        GitRepository repository = await GitRepository.CreateAsync(Room.File("repository"));
        GitRepository inner = await GitRepository.CreateAsync(Room.File("inner"));
        await repository.RunAsync("-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.Path, "sub");
        await repository.RunAsync("commit", "-q", "-m", "sub");
        await repository.RunAsync("worktree", "add", "-q", Room.File("tree"));
        await MakeHookAsync(Path.Combine(repository.Path, ".git/hooks/pre-commit"));
        await MakeHookAsync(Path.Combine(repository.Path, ".git/modules/sub/hooks/pre-commit"));
        Engine engine = Start();
        LaunchRequest request = engine.Shell(
            """
            trap 'exit 0' TERM
            (cd tree; echo 1 > f; git add f; git commit -q -m tree) &
            (cd repository/sub; echo 1 > f; git add f; git commit -q -m sub) &
            sleep 1; echo ready; while :; do sleep 0.05; done
            """) with
        {
            Environment = new Dictionary<string, string?>
            {
                ["GIT_AUTHOR_NAME"] = "a",
                ["GIT_AUTHOR_EMAIL"] = "a@example.invalid",
                ["GIT_COMMITTER_NAME"] = "a",
                ["GIT_COMMITTER_EMAIL"] = "a@example.invalid",
            },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(Attack.Phase(report, "git").WaitedFor.Count == 2, Attack.Describe(report));
        Assert.Equal("tree", (await repository.RunAsync("log", "-1", "--format=%s", "tree")).Trim());
        Assert.Equal("sub", (await repository.RunAsync("-C", "sub", "log", "-1", "--format=%s")).Trim());
        Assert.Empty(await repository.FindFaultsAsync());
    }

    private static async Task MakeHookAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "#!/bin/sh\nsleep 3\necho > hooked\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
