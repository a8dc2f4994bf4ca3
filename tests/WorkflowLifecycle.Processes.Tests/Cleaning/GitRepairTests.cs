using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Stale locks of real repositories, and everything that only looks like one.</summary>
public sealed class GitRepairTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly CleaningRun _run = new();
    private readonly IResourceCleaner _cleaner = GitCleaner.Create(new GitCleanerOptions(), TimeProvider.System);

    public void Dispose() => _run.Dispose();

    private void MakeRepository(string name = ".")
    {
        _run.Place.Run("git", "init", "-q", "-b", "main", name);
        _run.Place.Run("git", "-C", name, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "--allow-empty", "-m", "first");
    }

    private string Write(string name, string content = "")
    {
        string path = _run.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    // Git waits for its hook and holds the index all the while, without having the lock open.
    private async Task<Child> CommitUntilItsHookRunsAsync()
    {
        Write(".git/hooks/pre-commit", $"#!/bin/sh\ntouch {_run.File("hook-runs")}\nexec sleep 50\n");
        _run.Place.Run("chmod", "+x", ".git/hooks/pre-commit");
        File.WriteAllText(_run.File("new"), "1");
        return await _run.Place.ShellAsync($"git add new; git -c user.name=t -c user.email=t@t commit -q -a -m second & git=$!; while [ ! -e hook-runs ]; do sleep 0.02; done; echo ready; wait $git");
    }

    private static string Line(RunResource resource) => $"{resource.Handling} {resource.Note}";

    [Fact(Timeout = Limit)]
    public async Task Commit_KilledInTheMiddle_LeavesALockThatIsRemoved_AndGitWorksAgain()
    {
        MakeRepository();
        await _run.BeginAsync();
        await CommitUntilItsHookRunsAsync();
        // The shell may leave by itself once git is gone.
        _run.Place.Run("sh", "-c", $"kill -s KILL {string.Join(' ', _run.Place.Tree().Select(process => process.Pid))}; true");

        Assert.True(File.Exists(_run.File(".git/index.lock")));

        RunResource found = Assert.Single(await _run.EndAsync(_cleaner));

        Assert.Equal((ResourceHandling.Clean, _run.File(".git/index.lock")), (found.Handling, found.Name));
        Assert.False(File.Exists(_run.File(".git/index.lock")));
        _run.Place.Run("git", "add", ".");
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_WhileDirectoriesComeAndGo_IsNoFailure()
    {
        MakeRepository();
        await _run.BeginAsync();
        CleanupContext context = _run.Context();
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task[] others = [.. Enumerable.Range(0, 2).Select(other => Task.Run(() =>
        {
            for (int i = 0; !over.IsCancellationRequested; i = (i + 1) % 50)
            {
                string path = _run.File($"other-{other}-{i}");
                Directory.CreateDirectory(Path.Combine(path, "below"));
                Directory.Delete(path, recursive: true);
            }
        }))];

        try
        {
            for (int i = 0; i < 2000; i++)
            {
                await _cleaner.DiscoverAsync(context, over.Token);
            }
        }
        finally
        {
            // Also where the look failed: else they go on in a room that is taken away, and hide what failed.
            await over.CancelAsync();
            await Task.WhenAll(others);
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(".git/index.lock")]
    [InlineData(".git/HEAD.lock")]
    [InlineData(".git/packed-refs.lock")]
    [InlineData(".git/config.lock")]
    [InlineData(".git/shallow.lock")]
    [InlineData(".git/refs/heads/a/b/c.lock")]
    [InlineData(".git/objects/info/commit-graphs/commit-graph-chain.lock")]
    public async Task Lock_ThatTheRunLeft_IsRemoved(string name)
    {
        MakeRepository();
        await _run.BeginAsync();
        string path = Write(name);

        Assert.Equal([path], (await _run.EndAsync(_cleaner)).Select(resource => resource.Name));
        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_OlderThanTheRun_IsReportedAndStays()
    {
        MakeRepository();
        string path = Write(".git/index.lock");
        await _run.BeginAsync();

        // Neither its content nor its times say when it was made.
        File.WriteAllText(path, "written later");
        RunResource found = Assert.Single(await _run.EndAsync(_cleaner));

        Assert.Equal(ResourceHandling.Report, found.Handling);
        Assert.EndsWith("before the run", found.Note, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_OfALiveGit_ThatWaitsForItsHook_IsNeverTouched()
    {
        MakeRepository();
        await _run.BeginAsync();
        await CommitUntilItsHookRunsAsync();
        string path = _run.File(".git/index.lock");
        Assert.True(File.Exists(path));

        RunResource found = Assert.Single(await _run.DiscoverAsync(_cleaner));
        IOException refused = await Assert.ThrowsAsync<IOException>(async () => await _cleaner.CleanAsync(found, _run.Context(), TestContext.Current.CancellationToken));

        Assert.Matches(@"^git commit \(PID \d+\) is at work in that repository", refused.Message);
        Assert.True(File.Exists(path));
        Assert.True(await _cleaner.ExistsAsync(found, _run.Context(), TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_OfALiveGit_ElsewhereByItsOptions_IsNeverTouched()
    {
        MakeRepository();
        await _run.BeginAsync();
        Write(".git/index.lock");
        await _run.Place.ShellAsync($"mkfifo f; (cd / && exec git --git-dir={_run.File(".git")} fast-import --quiet) < f & exec 3> f; echo ready; wait");

        RunResource found = Assert.Single(await _run.DiscoverAsync(_cleaner));
        await Assert.ThrowsAsync<IOException>(async () => await _cleaner.CleanAsync(found, _run.Context(), TestContext.Current.CancellationToken));

        Assert.True(File.Exists(found.Name));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_ThatALiveProcessHasOpen_IsReportedWithItsHolder()
    {
        MakeRepository();
        await _run.BeginAsync();
        Child holder = await _run.Place.PythonAsync("import os,time; f=os.open('.git/index.lock',os.O_RDWR|os.O_CREAT|os.O_EXCL); print('ready',flush=True); time.sleep(50)");

        Assert.Equal($"Report python3 (PID {holder.Pid}) has it open", Line(Assert.Single(await _run.EndAsync(_cleaner))));
        Assert.True(File.Exists(_run.File(".git/index.lock")));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_OpenedBetweenTheLookAndTheCleaning_StaysAndSaysWhy()
    {
        MakeRepository();
        await _run.BeginAsync();
        Write(".git/index.lock");
        RunResource found = Assert.Single(await _run.DiscoverAsync(_cleaner));
        Child holder = await _run.Place.PythonAsync("import time; f=open('.git/index.lock','w'); print('ready',flush=True); time.sleep(50)");

        IOException refused = await Assert.ThrowsAsync<IOException>(async () => await _cleaner.CleanAsync(found, _run.Context(), TestContext.Current.CancellationToken));

        Assert.Equal($"python3 (PID {holder.Pid}) has it open", refused.Message);
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_SeenOpenBeforeTheFirstSignal_IsTheRunsWheneverItWasMade()
    {
        MakeRepository();
        Write(".git/refs/heads/main.lock");
        await _run.BeginAsync();
        Child holder = await _run.Place.PythonAsync("import time; f=open('.git/refs/heads/main.lock','w'); print('ready',flush=True); time.sleep(50)");
        IReadOnlyList<RunResource> known = await _cleaner.DiscoverAsync(_run.Context(CleanupMoment.BeforeEnd), TestContext.Current.CancellationToken);
        holder.End();
        await holder.WaitAsync();

        RunResource found = Assert.Single(await _run.DiscoverAsync(_cleaner, [.. known]));

        Assert.Equal($"Clean python3 (PID {holder.Pid}) of the run had it open", Line(found));
        await _cleaner.CleanAsync(found, _run.Context(), TestContext.Current.CancellationToken);
        Assert.False(File.Exists(_run.File(".git/refs/heads/main.lock")));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_ThatAStrangerMadeAnew_IsAnotherOne()
    {
        MakeRepository();
        await _run.BeginAsync();
        string path = Write(".git/index.lock");
        RunResource found = Assert.Single(await _run.DiscoverAsync(_cleaner));
        File.Delete(path);
        File.WriteAllText(path, "a stranger's");

        await _cleaner.CleanAsync(found, _run.Context(), TestContext.Current.CancellationToken);

        Assert.Equal("a stranger's", File.ReadAllText(path));
        Assert.False(await _cleaner.ExistsAsync(found, _run.Context(), TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public void Lock_MadeAnewAtTheLastMoment_GoesBackToWhereItWas()
    {
        MakeRepository();
        string path = Write(".git/index.lock");
        Assert.Equal(0, LockFileMark.Take(path, out LockFileMark mark));
        LockFileRemoval removal = new(() =>
        {
            File.Delete(path);
            File.WriteAllText(path, "a stranger's");
        });

        removal.Remove(path, mark);

        Assert.Equal("a stranger's", File.ReadAllText(path));
        Assert.DoesNotContain(Directory.GetFiles(_run.File(".git")), file => Path.GetFileName(file).StartsWith(".wfl", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public void Lock_WhoseDirectoryBecameALink_IsNotFollowed()
    {
        MakeRepository();
        string path = Write(".git/refs/heads/x/y.lock");
        Assert.Equal(0, LockFileMark.Take(path, out LockFileMark mark));
        Directory.Move(_run.File(".git/refs/heads/x"), _run.File("elsewhere"));
        Directory.CreateSymbolicLink(_run.File(".git/refs/heads/x"), _run.File("elsewhere"));

        new LockFileRemoval().Remove(path, mark);

        Assert.True(File.Exists(_run.File("elsewhere/y.lock")));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_OfAnotherUser_IsReported()
    {
        Assert.SkipUnless(LinuxUser.IsRoot, "Only root can make a file another user's.");
        MakeRepository();
        await _run.BeginAsync();
        string path = Write(".git/index.lock");
        CleanupContext context = _run.Context() with { Run = _run.Record with { HostUser = "os:4242" } };

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(context, TestContext.Current.CancellationToken));

        Assert.Equal((ResourceHandling.Report, "it belongs to user 0, and the run was of user 4242"), (found.Handling, found.Note));
        Assert.True(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S68")]
    public async Task Repository_ThatIsReachedByALinkOrByAPointerOfItsOwnMaking_IsOnlyReported()
    {
        MakeRepository("victim");
        _run.Place.Run("sh", "-c", "mkdir linked pointed && ln -s ../victim/.git linked/.git && echo gitdir: ../victim/.git > pointed/.git && mv victim ../victim");
        _run.Place.Run("sh", "-c", "rm linked/.git && ln -s ../../victim/.git linked/.git && echo gitdir: ../../victim/.git > pointed/.git");
        await _run.BeginAsync();
        string path = _run.Place.File("../victim/.git/index.lock");
        File.WriteAllText(path, "");

        foreach (string directory in (string[])["linked", "pointed"])
        {
            CleanupContext context = _run.Context() with { Run = _run.Record with { WorkingDirectory = _run.File(directory) } };
            RunResource found = Assert.Single(await _cleaner.DiscoverAsync(context, TestContext.Current.CancellationToken));
            Assert.Equal($"Report {_run.File(directory)}/.git leads to this repository, which knows nothing of it", Line(found));
        }
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S68")]
    public async Task Pointer_ToWhatIsNoRepository_FindsNothing()
    {
        _run.Place.Run("sh", "-c", "mkdir -p ../other/refs && touch ../other/HEAD && echo gitdir: ../other > .git");
        await _run.BeginAsync();
        File.WriteAllText(_run.Place.File("../other/app.lock"), "");

        Assert.Empty(await _run.EndAsync(_cleaner));
        _run.Place.Run("sh", "-c", "rm .git && mkfifo .git");
        Assert.Empty(await _run.EndAsync(_cleaner));
        _run.Place.Run("sh", "-c", "rm .git && ln -s .git .git");
        Assert.Empty(await _run.EndAsync(_cleaner));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public async Task Links_InsideOfARepository_AreNotFollowed()
    {
        MakeRepository();
        _run.Place.Run("sh", "-c", "mkdir ../other && ln -s ../../../../other .git/refs/heads/other && ln -s ../../../other/x.lock .git/index.lock");
        await _run.BeginAsync();
        File.WriteAllText(_run.Place.File("../other/x.lock"), "");

        Assert.Empty(await _run.EndAsync(_cleaner));
        Assert.True(File.Exists(_run.Place.File("../other/x.lock")));
    }

    [Fact(Timeout = Limit)]
    public async Task Programs_ThatTheConfigurationNames_AreNotRun()
    {
        MakeRepository();
        string program = Write("program", $"#!/bin/sh\ntouch {_run.File("it-ran")}\n");
        _run.Place.Run("chmod", "+x", program);
        foreach (string setting in (string[])["core.fsmonitor", "core.hooksPath", "core.editor", "core.sshCommand", "filter.x.clean", "filter.x.process", "diff.external", "alias.status"])
        {
            _run.Place.Run("git", "config", setting, program);
        }

        Write(".gitattributes", "* filter=x diff=x\n");
        await _run.BeginAsync();
        string path = Write(".git/index.lock");

        Assert.Single(await _run.EndAsync(_cleaner));
        Assert.False(File.Exists(path));
        Assert.False(File.Exists(_run.File("it-ran")));
    }

    [Fact(Timeout = Limit)]
    public async Task Repositories_BelowTheWorkingDirectory_AreLookedThrough_AsDeepAsSaid()
    {
        MakeRepository("a/b/c");
        MakeRepository("a/b/c2/d");
        await _run.BeginAsync();
        Write("a/b/c/.git/index.lock");
        Write("a/b/c2/d/.git/index.lock");

        Assert.Equal([_run.File("a/b/c/.git/index.lock")], (await _run.EndAsync(_cleaner)).Select(resource => resource.Name));
        Assert.Empty(await _run.EndAsync(GitCleaner.Create(new GitCleanerOptions { LevelsBelow = 0 }, TimeProvider.System)));
    }

    [Fact(Timeout = Limit)]
    public async Task Locks_OfAWorktree_ItsRepositoryAndASubmodule_AreFound()
    {
        MakeRepository("main");
        MakeRepository("module");
        _run.Place.Run("git", "-C", "main", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../module", "sub");
        _run.Place.Run("git", "-C", "main", "worktree", "add", "-q", _run.File("tree"));
        await _run.BeginAsync();
        string[] paths = [Write("main/.git/modules/sub/index.lock"), Write("main/.git/refs/heads/main.lock"), Write("main/.git/worktrees/tree/index.lock")];

        CleanupContext context = _run.Context() with { Run = _run.Record with { WorkingDirectory = _run.File("tree") } };
        IReadOnlyList<RunResource> found = await _cleaner.DiscoverAsync(context, TestContext.Current.CancellationToken);

        Assert.Equal(paths, found.Select(resource => resource.Name).Order(StringComparer.Ordinal));
        Assert.All(found, resource => Assert.Equal(ResourceHandling.Clean, resource.Handling));
        context = context with { Run = _run.Record with { WorkingDirectory = _run.File("main/sub") } };
        Assert.Contains(await _cleaner.DiscoverAsync(context, TestContext.Current.CancellationToken), resource => resource.Name == paths[0] && resource.Handling == ResourceHandling.Clean);
    }

    [Fact(Timeout = Limit)]
    public async Task WorktreeLocks_OfTheRun_AreTakenAway_AndOthersReported()
    {
        MakeRepository();
        foreach (string name in (string[])["old", "made", "named", "other"])
        {
            _run.Place.Run("git", "worktree", "add", "-q", "--detach", _run.File("trees/" + name));
        }

        Write(".git/worktrees/old/locked", $"{_run.Record.RunId}");
        await _run.BeginAsync();
        Write(".git/worktrees/made/locked", "initializing\n");
        Write(".git/worktrees/named/locked", $"in use by {_run.Record.RunId}\n");
        Write(".git/worktrees/other/locked", $"in use by {_run.Record.RunId}2\n");

        IReadOnlyList<RunResource> found = await _run.EndAsync(_cleaner);

        Assert.Equal(["Clean made", "Clean named", "Report other"], found.Select(resource => $"{resource.Handling} {Path.GetFileName(Path.GetDirectoryName(resource.Name))}").Order(StringComparer.Ordinal));
        Assert.Equal(["old", "other"], Directory.GetFiles(_run.File(".git/worktrees"), "locked", SearchOption.AllDirectories).Select(path => Path.GetFileName(Path.GetDirectoryName(path))!).Order(StringComparer.Ordinal));
    }

    [Theory(Timeout = Limit)]
    [InlineData("rebase", "git rebase -q side")]
    [InlineData("merge", "git merge -q side")]
    [InlineData("cherry-pick", "git cherry-pick side")]
    [InlineData("revert", "git revert --no-edit HEAD~1")]
    [InlineData("am", "git format-patch -q -1 --stdout side > p; git am -q p")]
    [InlineData("bisect", "git bisect start -q")]
    public async Task Operation_LeftHalfDone_IsReportedWithTheWayOn(string verb, string command)
    {
        MakeRepository();
        string identity = "export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t; ";
        _run.Place.Run("sh", "-c", identity + "commit() { echo $1 > f; git add f; git commit -q -m $1; }; commit 0; git checkout -q -b side; commit 1; git checkout -q main; commit 2; commit 3");
        await _run.BeginAsync();
        _run.Place.Run("sh", "-c", $"{identity}({command}) > said 2>&1; true");

        RunResource found = Assert.Single(await _run.EndAsync(_cleaner));
        await _run.BeginAsync();

        Assert.Equal((ResourceHandling.Report, $"{verb} in {_run.Place.WorkDirectory}"), (found.Handling, found.Name));
        Assert.Contains($"git {verb} ", found.Note, StringComparison.Ordinal);
        Assert.Empty(await _run.EndAsync(_cleaner));
    }

    [Fact(Timeout = Limit)]
    public async Task Locks_WithoutEnd_AreCut_AndThatIsSaid()
    {
        MakeRepository();
        await _run.BeginAsync();
        for (int number = 0; number < 150; number++)
        {
            Write($".git/refs/heads/x{number}.lock");
        }

        IReadOnlyList<RunResource> found = await _run.DiscoverAsync(_cleaner);

        Assert.Equal(100, found.Count(resource => resource.Handling == ResourceHandling.Clean));
        Assert.Contains("more than is looked through", Assert.Single(found, resource => resource.Handling == ResourceHandling.Report).Note, StringComparison.Ordinal);
    }
}
