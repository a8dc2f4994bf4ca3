using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>Who holds a flock(2) on a file of the critical directory is in a section.</summary>
public sealed class SectionTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly WorkingRun _run = new();

    public void Dispose() => _run.Dispose();

    private IReadOnlyList<CriticalSection> Read() => _run.Observer.ReadSections(_run.Containment);

    private CriticalSection Only() => Assert.Single(Read());

    [Fact]
    public void Directory_OfARun_IsItsOwnersAloneAndHasAFileForEachKind()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_run.CriticalDirectory));
        Assert.Equal(["database", "file", "git", "other"], Directory.GetFiles(_run.CriticalDirectory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Read());
    }

    [Fact]
    public void Section_OfTheHost_IsNamedAndGoneWithItsFileOnceLeft()
    {
        using (_run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, "push to origin"))
        {
            CriticalSection section = Only();
            Assert.Equal((CriticalSectionKind.Git, "push to origin", Environment.ProcessId), (section.Kind, section.Name, section.Pid));
            Assert.Equal(Machine.Read().Identify(Environment.ProcessId)!.StartTicks, section.StartTicks);
        }

        Assert.Empty(Read());
        Assert.Equal(4, Directory.GetFiles(_run.CriticalDirectory).Length);
    }

    [Fact]
    public void Sections_OfTheHost_RunSideBySide()
    {
        using IDisposable first = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Database, "orders");
        using IDisposable second = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Database, "bills");
        using IDisposable third = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.File, "report");

        Assert.Equal(["bills", "orders", "report"], Read().Select(section => section.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("\u202Eover")]
    public void Section_WithoutAVisibleName_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, name));

    [Fact]
    public void Section_WithALongName_IsRefused() =>
        Assert.Throws<ArgumentException>(() => _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, new string('x', 101)));

    [Fact]
    public void Section_OfARunWhoseDirectoryIsGone_IsAnErrorAndNothingIsRead()
    {
        _run.RunDirectory.Remove(keepOutput: false);

        Assert.Throws<IOException>(() => _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, "push"));
        Assert.Empty(Read());
    }

    [Fact(Timeout = Limit)]
    public async Task Section_OfFlock_ShowsWhatItRuns()
    {
        Child holder = await _run.StartAsync("flock", "-s", "-o", _run.Critical("git"), "sh", "-c", "echo ready; exec sleep 50");

        CriticalSection section = Only();

        Assert.Equal((CriticalSectionKind.Git, "sh -c echo ready; exec sleep 50", holder.Pid), (section.Kind, section.Name, section.Pid));
        Assert.NotEqual(0ul, section.StartTicks);
    }

    [Fact(Timeout = Limit)]
    public async Task Sections_OfFlock_NestAndRunSideBySide()
    {
        await _run.ShellAsync("flock -s -o $CRITICAL/git flock -s -o $CRITICAL/git sh -c 'echo ready; exec sleep 50'");
        await _run.ShellAsync("flock -s -o $CRITICAL/database sh -c 'echo ready; exec sleep 50'");

        Assert.Equal([CriticalSectionKind.Git, CriticalSectionKind.Git, CriticalSectionKind.Database], Read().Select(section => section.Kind));
    }

    [Fact(Timeout = Limit)]
    public async Task Section_WhoseTakerIsGone_IsThatOfNobodyByNumber()
    {
        // flock(1) takes the lock for the shell and exits; its number may be anybody's by now.
        await _run.ShellAsync("exec 9> $CRITICAL/file; flock -s 9; echo ready; exec sleep 50");

        CriticalSection section = Only();

        Assert.Equal((CriticalSectionKind.File, null, 0ul), (section.Kind, section.Pid, section.StartTicks));
    }

    [Fact(Timeout = Limit)]
    public async Task Section_WhoseTakerIsGone_IsSeenInAPidNamespaceThatHidesItsLock() =>
        Assert.Equal([".", "Git .", "."], await NamespaceHelper.RunAsync(["--pid", "--mount-proc"], "sections"));

    [Fact(Timeout = Limit)]
    public async Task Section_OnAnOverlayOfTwoFileSystems_IsSeenWithItsHolder() =>
        Assert.Equal(["push by me: True", "."], await NamespaceHelper.RunAsync(["--mount"], "overlay"));

    [Fact(Timeout = Limit)]
    public async Task Section_OfADeadHolder_IsOver()
    {
        Child holder = await _run.PythonAsync($"import fcntl,time; f=open('{_run.Critical("file-report.csv")}','w'); fcntl.flock(f,fcntl.LOCK_EX); print('ready',flush=True); time.sleep(50)");
        Assert.Equal((CriticalSectionKind.File, holder.Pid), (Only().Kind, Only().Pid));

        holder.End();
        await holder.WaitAsync();

        Assert.Empty(Read());
        Assert.True(File.Exists(_run.Critical("file-report.csv")));
    }

    [Fact(Timeout = Limit)]
    public async Task Lock_OfAnotherKind_IsNoSection()
    {
        await _run.PythonAsync($"import fcntl,time; f=open('{_run.Critical("git")}','w'); fcntl.lockf(f,fcntl.LOCK_EX); print('ready',flush=True); time.sleep(50)");
        Assert.Empty(Read());
    }

    [Fact(Timeout = Limit)]
    public async Task Section_WhereTheTableOfLocksIsLongerThanAPage_IsSeen()
    {
        // The kernel prints such a table in pieces.
        string many = _run.File("many");
        Directory.CreateDirectory(many);
        await _run.PythonAsync($"import fcntl,time\nl=[open('{many}/%d'%i,'w') for i in range(300)]\nfor f in l: fcntl.flock(f,fcntl.LOCK_EX)\nprint('ready',flush=True); time.sleep(50)");
        Assert.Empty(Read());

        await _run.StartAsync("flock", "-s", "-o", _run.Critical("other"), "sh", "-c", "echo ready; exec sleep 50");
        Assert.Equal(CriticalSectionKind.Other, Only().Kind);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public async Task Read_OfWhatTheProgramPutThere_IsQuickAndHarmless()
    {
        string precious = _run.File("precious");
        File.WriteAllText(precious, "x");
        _run.Run("mkfifo", _run.Critical("git-fifo"));
        File.CreateSymbolicLink(_run.Critical("git-link"), precious);
        Directory.CreateDirectory(_run.Critical("git-directory"));
        File.WriteAllText(_run.Critical("git-\u001b[31m\n\u007f"), "x");
        for (int i = 0; i < 2000; i++)
        {
            File.WriteAllText(_run.Critical($"database-{i}"), "x");
        }

        string huge = _run.Critical("git-huge");
        using FileStream content = File.Create(huge);
        content.SetLength(1L << 40);
        content.Dispose();
        _run.Run("sh", "-c", $"printf 'a\\033[31mb\\nc' > {_run.Critical("file")}");
        await _run.StartAsync("flock", "-s", "-o", huge, "flock", "-s", "-o", _run.Critical("file"), "sh", "-c", "echo ready; exec sleep 50");
        Stopwatch time = Stopwatch.StartNew();

        IReadOnlyList<CriticalSection> sections = Read();

        Assert.InRange(time.ElapsedMilliseconds, 0, 5000);
        Assert.Contains(sections, section => section.Name == "a [31mb c");
        Assert.True(_run.RunDirectory.Remove(keepOutput: false) is { Failed: [] });
        Assert.True(File.Exists(precious));
    }

    [Fact(Timeout = Limit)]
    public async Task Read_WhileTheDirectoryIsCleanedAway_IsQuiet()
    {
        using IDisposable section = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, "push");
        using CancellationTokenSource over = new();
        Task reading = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                _ = Read();
            }
        });
        for (int i = 0; i < 200; i++)
        {
            Directory.Delete(_run.CriticalDirectory, recursive: true);
            Directory.CreateDirectory(_run.CriticalDirectory);
            File.WriteAllText(_run.Critical("git-x"), "x");
        }

        await over.CancelAsync();
        await reading;
    }

    [Fact]
    [Trait("Scenario", "S69")]
    public void Directory_ReplacedByALink_IsNotFollowed()
    {
        _run.Run("rm", "-r", _run.CriticalDirectory);
        Directory.CreateSymbolicLink(_run.CriticalDirectory, _run.WorkDirectory);
        File.WriteAllText(_run.File("git"), "precious");

        Assert.Empty(Read());
        Assert.Throws<IOException>(() => _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, "push"));
        Assert.True(_run.RunDirectory.Remove(keepOutput: false) is { Failed: [] });
        Assert.True(File.Exists(_run.File("git")));
    }

    [Fact]
    public void Remove_UnderAHeldSection_IsDone()
    {
        using IDisposable section = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, "push");

        (_, _, IReadOnlyList<string> failed) = _run.RunDirectory.Remove(keepOutput: false);

        Assert.Empty(failed);
        Assert.False(_run.RunDirectory.Exists);
    }
}
