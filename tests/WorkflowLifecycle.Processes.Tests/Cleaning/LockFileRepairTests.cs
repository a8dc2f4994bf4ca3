using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Files that name a process, dead or alive, of the run or of a stranger.</summary>
public sealed class LockFileRepairTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly CleaningRun _run = new();
    private readonly IResourceCleaner _cleaner = Create("*.pid", "SingletonLock", "var/*/app.lock");

    public void Dispose() => _run.Dispose();

    private static IResourceCleaner Create(params string[] patterns)
    {
        LockFileCleanerOptions options = new();
        options.Patterns.Clear();
        foreach (string pattern in patterns)
        {
            options.Patterns.Add(pattern);
        }

        return LockFileCleaner.Create(options, TimeProvider.System);
    }

    private static async Task<int> DeadAsync()
    {
        using Child child = Child.Start("true");
        await child.WaitAsync();
        return child.Pid;
    }

    private string Write(string name, string content)
    {
        string path = _run.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    [Fact(Timeout = Limit)]
    public async Task File_OfTheRun_ThatNamesADeadProcess_IsRemoved()
    {
        await _run.BeginAsync();
        int pid = await DeadAsync();
        string[] paths = [Write("server.pid", $"{pid}\n"), Write("var/x/app.lock", $"{pid} {Environment.MachineName}\n"), _run.File("SingletonLock")];
        File.CreateSymbolicLink(paths[2], $"{Environment.MachineName}-{pid}");

        Assert.Equal(paths.Order(StringComparer.Ordinal), (await _run.EndAsync(_cleaner)).Select(resource => resource.Name).Order(StringComparer.Ordinal));
        Assert.All(paths, path => Assert.Null(Linux.Interop.FileFacts.Of(path)));
    }

    [Fact(Timeout = Limit)]
    public async Task File_ThatNamesALiveProcess_StaysAndIsReported()
    {
        await _run.BeginAsync();
        using Child stranger = Child.Sleeping();
        string path = Write("server.pid", $"{stranger.Pid}\n");

        RunResource found = Assert.Single(await _run.EndAsync(_cleaner));

        Assert.Equal((ResourceHandling.Report, $"it names PID {stranger.Pid}, and there is a process of that number: sleep"), (found.Handling, found.Note));
        Assert.True(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    public async Task File_OlderThanTheRun_IsReported()
    {
        int pid = await DeadAsync();
        string path = Write("server.pid", $"{pid}\n");
        await _run.BeginAsync();
        File.WriteAllText(path, $"{pid}\n");

        RunResource found = Assert.Single(await _run.EndAsync(_cleaner));

        Assert.Equal(ResourceHandling.Report, found.Handling);
        Assert.EndsWith("before the run", found.Note, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    public async Task File_OlderThanTheRun_ThatNamesAProcessOfIt_IsTheRuns()
    {
        string path = Write("server.pid", "old");
        await _run.BeginAsync();
        int pid = await DeadAsync();
        CleanupContext context = _run.Context() with { Processes = [new ProcessSnapshot { Pid = pid }] };
        File.WriteAllText(path, $"{pid}\n");

        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(context with { Run = _run.Record }, TestContext.Current.CancellationToken));

        Assert.Equal(ResourceHandling.Clean, found.Handling);
        await _cleaner.CleanAsync(found, context, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S02")]
    public async Task File_WhoseNumberWentToAStranger_Stays_UntilItIsFreeAgain()
    {
        await _run.BeginAsync();
        using Child stranger = Child.Sleeping();
        string path = Write("server.pid", $"{stranger.Pid}\n");
        CleanupContext context = _run.Context() with { Processes = [new ProcessSnapshot { Pid = stranger.Pid }] };
        RunResource found = Assert.Single(await _cleaner.DiscoverAsync(context, TestContext.Current.CancellationToken));

        await Assert.ThrowsAsync<IOException>(async () => await _cleaner.CleanAsync(found, context, TestContext.Current.CancellationToken));
        Assert.True(File.Exists(path));
        stranger.End();
        await stranger.WaitAsync();
        await _cleaner.CleanAsync(found, context, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    public async Task File_IntoWhichAnotherProgramWroteItsNumber_IsNotTheRunsAnyMore()
    {
        await _run.BeginAsync();
        string path = Write("server.pid", $"{await DeadAsync()}\n");
        RunResource found = Assert.Single(await _run.DiscoverAsync(_cleaner));
        File.WriteAllText(path, $"{await DeadAsync()}\n");

        await _cleaner.CleanAsync(found, _run.Context(), TestContext.Current.CancellationToken);

        Assert.True(File.Exists(path));
        Assert.False(await _cleaner.ExistsAsync(found, _run.Context(), TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public async Task File_WrittenAnewAtTheLastMoment_GoesBackToWhereItWas()
    {
        string path = Write("server.pid", $"{await DeadAsync()}\n");
        Assert.Equal(0, LockFileMark.Take(path, out LockFileMark mark));
        LockFileRemoval removal = new(() => File.WriteAllText(path, "4242\n"));

        removal.Remove(path, mark, (directory, name) => LockFileContent.Read(directory, name, mark)?.Pid != 4242);

        Assert.Equal("4242\n", File.ReadAllText(path));
    }

    [Fact(Timeout = Limit)]
    public async Task File_ThatSomebodyHasOpen_IsReported()
    {
        await _run.BeginAsync();
        string path = Write("server.pid", $"{await DeadAsync()}\n");
        Child holder = await _run.Place.PythonAsync("import time; f=open('server.pid'); print('ready',flush=True); time.sleep(50)");

        RunResource found = Assert.Single(await _run.EndAsync(_cleaner));

        Assert.Equal((ResourceHandling.Report, $"python3 (PID {holder.Pid}) has it open"), (found.Handling, found.Note));
        Assert.True(File.Exists(path));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public async Task Links_BelowTheWorkingDirectory_AreNotFollowed_AndStrangeFilesDoNoHarm()
    {
        await _run.BeginAsync();
        int pid = await DeadAsync();
        _run.Place.Run("sh", "-c", $"mkdir -p var ../outside/y && echo {pid} > ../outside/y/app.lock && echo {pid} > ../outside/x.pid && ln -s ../../outside/y var/y && ln -s ../outside/x.pid x.pid && mkfifo fifo.pid && truncate -s 1T big.pid && mkdir dir.pid && echo text > text.pid && : > empty.pid");

        Assert.Empty(await _run.EndAsync(_cleaner));
        Assert.True(File.Exists(_run.Place.File("../outside/x.pid")));
    }

    [Fact(Timeout = Limit)]
    public async Task Paths_OfTheOperator_AreLookedAt_WhereverTheyAre()
    {
        await _run.BeginAsync();
        string path = _run.Place.File("../daemon.pid");
        File.WriteAllText(path, $"{await DeadAsync()}\n");
        LockFileCleanerOptions options = new();
        options.Paths.Add(path);

        Assert.Single(await _run.EndAsync(LockFileCleaner.Create(options, TimeProvider.System)));
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("1234", 1234, null)]
    [InlineData("      1234\n", 1234, null)]
    [InlineData("1234 builder\n", 1234, "builder")]
    [InlineData("1234\n/var/lib/data\n1700000000\n5432\n", 1234, null)]
    [InlineData("", null, null)]
    [InlineData("1", null, null)]
    [InlineData("0", null, null)]
    [InlineData("-1234", null, null)]
    [InlineData("99999999999", null, null)]
    [InlineData("1234 a b", null, null)]
    [InlineData("pid 1234", null, null)]
    public void Content_OfAFile_NamesAProcessOrNobody(string text, int? pid, string? host)
    {
        LockFileContent? content = LockFileContent.Parse(text);

        Assert.Equal((pid, host), (content?.Pid, content?.Host));
    }

    [Theory]
    [InlineData("builder-1234", 1234, "builder")]
    [InlineData("my-host-1234", 1234, "my-host")]
    [InlineData("-1234", null, null)]
    [InlineData("/tmp/a-1234", null, null)]
    [InlineData("builder", null, null)]
    public void Target_OfALink_NamesAProcessOrNobody(string target, int? pid, string? host)
    {
        LockFileContent? content = LockFileContent.ParseLink(target);

        Assert.Equal((pid, host), (content?.Pid, content?.Host));
    }
}
