namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>The linked worktree of a run: removed when nothing is lost with it, and kept in every other case.</summary>
public sealed class GitWorktreeRemovalTests : IDisposable
{
    private const int Limit = 30_000;
    private const string Identity = "export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t; ";

    private readonly CleaningRun _run = new();
    private readonly IResourceCleaner _cleaner = GitCleaner.Create(new GitCleanerOptions { Worktree = GitWorktreePolicy.Remove }, TimeProvider.System);

    public void Dispose() => _run.Dispose();

    private string Tree => _run.File("tree");

    private string Entry => _run.File("main/.git/worktrees/tree");

    private CleanupContext Context => _run.Context() with { Run = _run.Record with { WorkingDirectory = Tree } };

    private void Shell(string script) => _run.Place.Run("sh", "-c", Identity + script);

    private void MakeWorktree() => Shell(
        "git init -q -b main main && cd main && printf '*.log\\n' > .gitignore && echo 1 > file && git add . && git commit -q -m 1 && git worktree add -q -b topic ../tree && cd ../tree && echo 2 > file && git commit -q -a -m 2 && echo x > ignored.log");

    private async Task<RunResource?> FindAsync(IResourceCleaner? cleaner = null, CleanupContext? context = null) =>
        (await (cleaner ?? _cleaner).DiscoverAsync(context ?? Context, TestContext.Current.CancellationToken)).SingleOrDefault(resource => resource.Name == $"worktree {Tree}");

    [Fact(Timeout = Limit)]
    public async Task Worktree_WithoutWork_IsRemovedWithItsEntry_AndItsBranchStays()
    {
        MakeWorktree();
        await _run.BeginAsync();

        RunResource found = (await FindAsync())!;
        Assert.Equal((ResourceHandling.Clean, null), (found.Handling, found.Note));
        await _cleaner.CleanAsync(found, Context, TestContext.Current.CancellationToken);

        Assert.False(Directory.Exists(Tree) || Directory.Exists(Entry));
        Assert.False(await _cleaner.ExistsAsync(found, Context, TestContext.Current.CancellationToken));
        Assert.Equal("2\n", _run.Place.Run("git", "-C", "main", "show", "topic:file"));
        Assert.Single(_run.Place.Run("git", "-C", "main", "worktree", "list").Trim().Split('\n'));
        _run.Place.Run("git", "-C", "main", "fsck", "--strict");
        await _cleaner.CleanAsync(found, Context, TestContext.Current.CancellationToken);
    }

    [Theory(Timeout = Limit)]
    [InlineData("echo 3 > file", "not committed")]
    [InlineData("echo 3 > file && git commit -q -a -m 3 && echo 4 > file && sleep 1.1", "not committed")]
    [InlineData("echo 3 > new", "not committed")]
    [InlineData("echo 3 > file && git add file && git update-index --assume-unchanged file && echo 2 > file", "not committed")]
    [InlineData("rm file", "not committed")]
    [InlineData("git checkout -q --detach && echo 3 > file && git commit -q -a -m 3", "on no branch")]
    [InlineData("git checkout -q -b side HEAD~1 && echo 4 > file && git commit -q -a -m 4 && (git merge -q topic > said.log; true)", "under way")]
    [InlineData("git init -q nested.log", "another repository")]
    [InlineData("git init -q n && git -C n commit -q --allow-empty -m 1 && git add n 2> /dev/null && git commit -q -m n && rm -rf n/.git", "submodules")]
    [InlineData("git worktree lock .", "locked")]
    [InlineData("git update-ref refs/worktree/mine HEAD", "references of its own")]
    [InlineData("rm $(git rev-parse --git-dir)/HEAD", null)]
    [InlineData("echo 0123456789012345678901234567890123456789 > $(git rev-parse --git-dir)/HEAD", "git cannot tell")]
    public async Task Worktree_WithWork_StaysAndSaysWhy(string script, string? why)
    {
        MakeWorktree();
        await _run.BeginAsync();
        Shell("cd tree && " + script);

        RunResource? found = await FindAsync();

        Assert.NotEqual(ResourceHandling.Clean, found?.Handling ?? ResourceHandling.Keep);
        Assert.True(why is null || found!.Note!.Contains(why, StringComparison.Ordinal), found?.Note);
        Assert.True(Directory.Exists(Tree) && Directory.Exists(Entry));
    }

    [Fact(Timeout = Limit)]
    public async Task Worktree_DetachedAtACommitOfABranch_IsRemoved()
    {
        MakeWorktree();
        await _run.BeginAsync();
        Shell("cd tree && git checkout -q --detach HEAD~1");

        Assert.Equal(ResourceHandling.Clean, (await FindAsync())!.Handling);
    }

    [Fact(Timeout = Limit)]
    public async Task Worktree_InWhichSomebodyIs_Stays()
    {
        MakeWorktree();
        await _run.BeginAsync();
        await _run.Place.ShellAsync("cd tree && echo ready && exec sleep 50");

        Assert.Matches(@"^sleep \(PID \d+\) is in it$", (await FindAsync())!.Note);
    }

    [Fact(Timeout = Limit)]
    public async Task Worktree_WithWorkSinceTheLook_Stays()
    {
        MakeWorktree();
        await _run.BeginAsync();
        RunResource found = (await FindAsync())!;
        File.WriteAllText(Path.Combine(Tree, "new"), "work");

        IOException refused = await Assert.ThrowsAsync<IOException>(async () => await _cleaner.CleanAsync(found, Context, TestContext.Current.CancellationToken));

        Assert.Contains("not committed", refused.Message, StringComparison.Ordinal);
        Assert.Equal("work", File.ReadAllText(Path.Combine(Tree, "new")));
        Assert.True(await _cleaner.ExistsAsync(found, Context, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limit)]
    public async Task Worktree_WithWork_IsRemovedWhereThatIsWanted()
    {
        MakeWorktree();
        await _run.BeginAsync();
        Shell("echo 3 > tree/file");
        IResourceCleaner cleaner = GitCleaner.Create(new GitCleanerOptions { Worktree = GitWorktreePolicy.Remove, RemoveWorktreeWithWork = true }, TimeProvider.System);

        await cleaner.CleanAsync((await FindAsync(cleaner))!, Context, TestContext.Current.CancellationToken);

        Assert.False(Directory.Exists(Tree) || Directory.Exists(Entry));
    }

    [Fact(Timeout = Limit)]
    public async Task Worktree_ThatIsNotTheRuns_OrNotToBeRemoved_IsLeftAlone()
    {
        MakeWorktree();
        Directory.CreateDirectory(Path.Combine(Tree, "below.log"));
        await _run.BeginAsync();

        Assert.Null(await FindAsync(GitCleaner.Create(new GitCleanerOptions(), TimeProvider.System)));
        Assert.Empty(await _cleaner.DiscoverAsync(_run.Context() with { Run = _run.Record with { WorkingDirectory = _run.File("main") } }, TestContext.Current.CancellationToken));
        Assert.Empty(await _cleaner.DiscoverAsync(_run.Context() with { Run = _run.Record with { WorkingDirectory = Path.Combine(Tree, "below.log") } }, TestContext.Current.CancellationToken));
        RunResource found = (await FindAsync())!;
        await Assert.ThrowsAsync<IOException>(async () => await _cleaner.CleanAsync(found, _run.Context(), TestContext.Current.CancellationToken));
        Assert.True(Directory.Exists(Tree));
    }

    [Fact(Timeout = Limit)]
    public async Task Programs_ThatTheConfigurationNames_AreNotRun_WhenGitIsAsked()
    {
        MakeWorktree();
        string program = _run.File("program");
        File.WriteAllText(program, $"#!/bin/sh\ntouch {_run.File("it-ran")}\ncat\n");
        Shell($"chmod +x program && cd tree && printf 'file filter=x diff=x\\n' > .gitattributes && git add . && git commit -q -m 3 && for s in core.fsmonitor core.hooksPath core.pager filter.x.clean filter.x.process filter.x.smudge diff.x.textconv diff.x.command core.alternateRefsCommand; do git config $s {program}; done");
        await _run.BeginAsync();

        // Its time is another one, so that git has to look into it.
        Shell("touch tree/file && touch tree/.gitattributes");
        RunResource found = (await FindAsync())!;
        await _cleaner.CleanAsync(found, Context, TestContext.Current.CancellationToken);

        Assert.False(Directory.Exists(Tree));
        Assert.False(File.Exists(_run.File("it-ran")));
    }

    // As a kill from the command line is: it has the cleaner, and not the host's settings.
    [Fact(Timeout = Limit)]
    public async Task Worktree_NotedAtTheLaunch_IsRemovedByAProcessWithoutTheSetting_AndItsWorkIsNot()
    {
        MakeWorktree();
        await _run.BeginAsync();
        RunResource noted = await NoteAsync();
        IResourceCleaner other = GitCleaner.Create(new GitCleanerOptions(), TimeProvider.System);
        CleanupContext context = Context with { Run = Context.Run with { State = RunState.Stopping, Resources = [noted] } };
        File.WriteAllText(Path.Combine(Tree, "new"), "work");

        Assert.Equal(ResourceHandling.Keep, (await FindAsync(other, context))!.Handling);
        File.Delete(Path.Combine(Tree, "new"));
        RunResource found = (await FindAsync(other, context))!;
        Assert.Equal(ResourceHandling.Clean, found.Handling);
        Assert.Equal(ResourceHandling.Keep, (await FindAsync(other, context with { Run = context.Run with { State = RunState.Launching } }))!.Handling);
        await other.CleanAsync(found, context, TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(Tree) || Directory.Exists(Entry));
    }

    [Theory(Timeout = Limit)]
    [InlineData("true", true)]
    [InlineData("git -C tree checkout -q --detach", false)]
    public async Task Entry_OfAWorktreeThatIsGone_IsRemoved_UnlessCommitsMayBeOnNoBranch(string script, bool isRemoved)
    {
        MakeWorktree();
        await _run.BeginAsync();
        RunResource noted = await NoteAsync();
        Shell(script + " && rm -rf tree");
        CleanupContext context = Context with { Run = Context.Run with { Resources = [noted] } };

        Assert.Null(await FindAsync(context: context));
        Assert.True(await _cleaner.ExistsAsync(noted, context, TestContext.Current.CancellationToken));
        Exception? refused = await Record.ExceptionAsync(async () => await _cleaner.CleanAsync(noted, context, TestContext.Current.CancellationToken));

        Assert.Equal(isRemoved, refused is null);
        Assert.Equal(!isRemoved, Directory.Exists(Entry));
    }

    private async Task<RunResource> NoteAsync() => Assert.Single(
        (await ((IResourceProvider)_cleaner).ProvideAsync(new ProvisionContext { Run = Context.Run, Request = new LaunchRequest("true") }, TestContext.Current.CancellationToken)).Resources);
}
