using System.Diagnostics;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>Files that somebody writes to.</summary>
public sealed class ChangingFilesTests : IDisposable
{
    private const int Limit = 60_000;

    private static readonly TimeSpan _moment = TimeSpan.FromSeconds(1);

    private readonly WorkingRun _run = new();

    public void Dispose() => _run.Dispose();

    private IReadOnlyList<InFlightWork> Find() => _run.Observer.FindChangingFiles(_run.Record, _run.Tree(), _moment);

    // Written to every few milliseconds, the way it is opened.
    private Task<Child> WriteAsync(string opened, string before = "") =>
        _run.PythonAsync($"import os,time\n{before}\nf={opened}\nprint('ready',flush=True)\nwhile True: f.write('x'); f.flush(); time.sleep(0.005)");

    [Fact(Timeout = Limit)]
    public async Task File_ThatIsWritten_IsNamedWithItsWriter()
    {
        await WriteAsync("open('report.csv','w')");

        InFlightWork work = Assert.Single(Find());

        Assert.Equal(("report.csv", _run.File("report.csv")), (work.Description, work.Path));
        Assert.Contains(_run.Tree(), process => process.Pid == work.Pid && process.StartTicks == work.StartTicks && process.Name == "python3");
    }

    [Fact(Timeout = Limit)]
    public async Task File_ThatIsOpenButAtRest_IsNoWork()
    {
        await _run.PythonAsync("import os,time; f=open('report.csv','w'); os.utime('report.csv',(1,1)); g=open('future','w'); os.utime('future',(4e9,4e9)); print('ready',flush=True); time.sleep(50)");
        Assert.Empty(Find());
    }

    [Fact(Timeout = Limit)]
    public async Task File_OnAFileSystemThatHangs_HoldsNobodyUp()
    {
        using HungFileSystem server = await HungFileSystem.MountAsync();
        await _run.PythonAsync($"import time\nheld=open('{server.Directory}/file'); f=open('report.csv','w'); print('ready',flush=True)\nwhile True: f.write('x'); f.flush(); time.sleep(0.005)");
        server.Hang();

        IReadOnlyList<InFlightWork> found = await Task.Run(Find).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal("report.csv", Assert.Single(found).Description);
    }

    [Fact(Timeout = Limit)]
    public async Task File_ThatIsOnlyRead_IsNoWork()
    {
        await _run.PythonAsync("import time; open('report.csv','w').write('x'); f=open('report.csv'); print('ready',flush=True); time.sleep(50)");
        File.AppendAllText(_run.File("report.csv"), "written by nobody of the run");
        Assert.Empty(Find());
    }

    [Theory(Timeout = Limit)]
    [InlineData("open('orders.db-wal','w')", "open('orders.db','w').close()")]
    [InlineData("open('orders.db-journal','w')", "open('orders.db','w').close()")]
    [InlineData("open('.git/objects/pack','w')", "os.makedirs('.git/objects')")]
    [InlineData("open('gone','w')", "open('gone','w'); os.rename('gone','gone')")]
    [InlineData("os.fdopen(os.open('fifo',os.O_RDWR),'w')", "os.mkfifo('fifo')")]
    public async Task File_OfAnotherKind_IsLeftOut(string opened, string before)
    {
        await WriteAsync(opened, before);
        if (opened.Contains("gone", StringComparison.Ordinal))
        {
            Assert.Single(Find());
            File.Delete(_run.File("gone"));
        }

        Assert.Empty(Find());
    }

    [Fact(Timeout = Limit)]
    public async Task File_NamedAsThoseOfADatabaseThatIsNotThere_IsSeen()
    {
        await WriteAsync("open('build-journal','w')");

        Assert.Single(Find());
    }

    [Fact(Timeout = Limit)]
    public async Task File_OfTheRunDirectory_IsLeftOut()
    {
        await WriteAsync($"open('{Path.Combine(_run.RunDirectory.Path, "stdout.log")}','w')");

        RunRecord above = _run.Record with { WorkingDirectory = Path.GetDirectoryName(_run.WorkDirectory)! };

        Assert.Empty(_run.Observer.FindChangingFiles(above, _run.Tree(), _moment));
        Assert.Single(_run.Observer.FindChangingFiles(above with { Containment = null }, _run.Tree(), _moment));
    }

    [Fact(Timeout = Limit)]
    public async Task File_OfSeveralProcesses_IsOneLine()
    {
        await _run.ShellAsync("exec 3> shared; for i in 1 2 3; do sleep 50 & done; echo x >&3; echo ready; wait");
        Assert.Equal("shared", Assert.Single(Find()).Description);
    }

    [Fact(Timeout = Limit)]
    public async Task Look_AtACrowdWithManyDescriptors_IsBounded()
    {
        await _run.PythonAsync(
            """
            import os,time,resource
            resource.setrlimit(resource.RLIMIT_NOFILE,(4096,4096))
            l=[open('f%d'%i,'w') for i in range(500)]
            for i in range(300):
                if os.fork()==0: time.sleep(50); os._exit(0)
            print('ready',flush=True)
            time.sleep(50)
            """);
        IReadOnlyList<ProcessSnapshot> tree = _run.Tree();
        Assert.Equal(301, tree.Count);
        _run.Run("git", "init", "-q");
        _ = Find();
        Stopwatch time = Stopwatch.StartNew();
        Assert.Empty(_run.Observer.FindChangingFiles(_run.Record, tree, TimeSpan.FromTicks(-1)));
        long files = time.ElapsedMilliseconds;
        time.Restart();
        Assert.Empty(_run.Observer.FindGitWork(_run.Record, tree));
        long git = time.ElapsedMilliseconds;
        TestContext.Current.SendDiagnosticMessage("{0} processes with 500 descriptors each: files {1} ms, git {2} ms", tree.Count, files, git);

        // 80 ms by itself; the rest is this machine.
        Assert.InRange(files, 0, 5000);
        Assert.InRange(git, 0, 5000);
    }
}
