using System.Diagnostics;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>What is seen of real git commands and of lock files.</summary>
public sealed class GitWorkTests : IDisposable
{
    private const int Limit = 30_000;
    private const string UntilTheHookRuns = "while [ ! -e hook-runs ]; do sleep 0.02; done; echo ready; wait";

    private readonly WorkingRun _run = new();

    public void Dispose() => _run.Dispose();

    private IReadOnlyList<InFlightWork> Find(RunRecord? run = null) => _run.Observer.FindGitWork(run ?? _run.Record, _run.Tree());

    private void MakeRepository(string name = ".")
    {
        _run.Run("git", "init", "-q", "-b", "main", name);
        Commit(name, "--allow-empty", "-m", "first");
    }

    private void Commit(string repository, params string[] arguments) =>
        _run.Run("git", ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", .. arguments]);

    private void MakeHook(string path) => _run.Run("sh", "-c", $"printf '#!/bin/sh\\ntouch {_run.File("hook-runs")}\\nsleep 50\\n' > {path} && chmod +x {path}");

    private Task<Child> HoldAsync(string lockFile) =>
        _run.PythonAsync($"import os,time; f=os.open('{lockFile}',os.O_RDWR|os.O_CREAT|os.O_EXCL); print('ready',flush=True); time.sleep(50)");

    [Fact(Timeout = Limit)]
    public async Task Push_ToASlowRepository_IsOneLineByName()
    {
        MakeRepository();
        _run.Run("git", "init", "-q", "--bare", "-b", "main", "origin.git");
        MakeHook(_run.File("origin.git/hooks/pre-receive"));
        await _run.ShellAsync($"git -C . -c push.default=current push -q {_run.File("origin.git")} main & {UntilTheHookRuns}");

        InFlightWork work = Assert.Single(Find());

        Assert.Equal(("git push", null), (work.Description, work.Path));
        Assert.Equal(_run.Tree().First(process => process.Name == "git").StartTicks, work.StartTicks);
        Assert.Contains(_run.Tree(), process => process.Pid == work.Pid && process.Name == "git");
    }

    [Fact(Timeout = Limit)]
    public async Task Commit_InItsHook_IsOneLineByName()
    {
        MakeRepository();
        MakeHook(_run.File(".git/hooks/pre-commit"));
        await _run.ShellAsync($"git -c user.name=t -c user.email=t@t commit -q --allow-empty -m second & {UntilTheHookRuns}");

        Assert.Equal("git commit", Assert.Single(Find()).Description);
    }

    [Fact(Timeout = Limit)]
    public async Task Readers_AreNoWork()
    {
        MakeRepository();
        await _run.ShellAsync("mkfifo f; git cat-file --batch < f & exec 3> f; mkdir -m 700 s; git credential-cache--daemon $PWD/s/socket > said & while [ ! -s said ]; do sleep 0.02; done; echo ready; wait");

        Assert.Equal(2, _run.Tree().Count(process => process.Name.StartsWith("git", StringComparison.Ordinal)));
        Assert.Empty(Find());
    }

    [Theory(Timeout = Limit)]
    [InlineData(".git/index.lock", "index.lock")]
    [InlineData(".git/packed-refs.lock", "packed-refs.lock")]
    [InlineData(".git/refs/heads/main.lock", "refs/heads/main.lock")]
    public async Task LockFile_ThatSomebodyHasOpen_IsNamedWithItsHolder(string file, string name)
    {
        MakeRepository();
        await HoldAsync(file);

        InFlightWork work = Assert.Single(Find());

        Assert.Equal(($"{name} held by python3", _run.File(file)), (work.Description, work.Path));
        Assert.Contains(_run.Tree(), process => process.Pid == work.Pid && process.StartTicks == work.StartTicks);
    }

    [Fact(Timeout = Limit)]
    public async Task LockFile_SeenFromADirectoryBelowAndThroughALink_IsFound()
    {
        MakeRepository();
        string below = Directory.CreateDirectory(_run.File("src/deep")).FullName;
        Directory.CreateSymbolicLink(_run.File("link"), below);
        await HoldAsync(".git/index.lock");

        Assert.Single(Find(_run.Record with { WorkingDirectory = below }));
        Assert.Single(Find(_run.Record with { WorkingDirectory = _run.File("link") }));
    }

    [Fact(Timeout = Limit)]
    public async Task LockFiles_OfAWorktreeAndItsRepository_AreFound()
    {
        MakeRepository("main");
        _run.Run("git", "-C", "main", "worktree", "add", "-q", _run.File("tree"));
        await HoldAsync("main/.git/worktrees/tree/index.lock");
        await HoldAsync("main/.git/refs/heads/tree.lock");

        IReadOnlyList<InFlightWork> work = Find(_run.Record with { WorkingDirectory = _run.File("tree") });

        Assert.Equal(["index.lock held by python3", "refs/heads/tree.lock held by python3"], work.Select(line => line.Description).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task LockFile_OfABareRepository_IsFound()
    {
        _run.Run("git", "init", "-q", "--bare", "origin.git");
        await HoldAsync("origin.git/config.lock");

        Assert.Equal("config.lock held by python3", Assert.Single(Find(_run.Record with { WorkingDirectory = _run.File("origin.git") })).Description);
    }

    [Fact(Timeout = Limit)]
    public async Task LockFile_ThatIsStaleOrOnlyRead_IsNoWork()
    {
        MakeRepository();
        File.WriteAllText(_run.File(".git/index.lock"), "");
        File.WriteAllText(_run.File(".git/HEAD.lock"), "");
        await _run.PythonAsync("import time; f=open('.git/HEAD.lock'); print('ready',flush=True); time.sleep(50)");

        Assert.Empty(Find());
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public async Task Repository_OfWhateverTheProgramPutThere_IsQuickAndHarmless()
    {
        _run.Run("mkfifo", ".git");
        await _run.ShellAsync("echo ready; sleep 50");
        Stopwatch time = Stopwatch.StartNew();
        Assert.Empty(Find());
        _run.Run("sh", "-c", "rm .git && truncate -s 1T .git");
        Assert.Empty(Find());
        _run.Run("sh", "-c", "rm .git && ln -s .git .git");
        Assert.Empty(Find());
        _run.Run("sh", "-c", "rm .git && echo gitdir: ../../../../nowhere > .git");
        Assert.Empty(Find());
        Assert.InRange(time.ElapsedMilliseconds, 0, 5000);
    }

    [Fact]
    public void Processes_ThatAreGone_AreNoWork() =>
        Assert.Empty(_run.Observer.FindGitWork(_run.Record, [new ProcessSnapshot { Pid = int.MaxValue, StartTicks = 1, Name = "git", CommandLine = "git push", State = 'S' }]));

    [Fact(Timeout = Limit)]
    public async Task Process_ThatHasTheNumberOfOneThatWasMeant_IsNot()
    {
        MakeRepository();
        MakeHook(_run.File(".git/hooks/pre-commit"));
        await _run.ShellAsync($"git -c user.name=t -c user.email=t@t commit -q --allow-empty -m second & {UntilTheHookRuns}");

        Assert.Empty(_run.Observer.FindGitWork(_run.Record, [.. _run.Tree().Select(process => process with { StartTicks = process.StartTicks - 1 })]));
    }
}
