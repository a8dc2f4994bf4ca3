using System.Diagnostics;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Evidence;

/// <summary>What can be read of real trees.</summary>
public sealed class EvidenceReaderTests
{
    private const int Limit = 60_000;

    private static readonly TimeSpan _ceiling = TimeSpan.FromSeconds(3);

    private static async Task<LiveRun> LaunchAsync(string python, bool withCgroup = true, OutputMode output = OutputMode.Discard, string waitFor = "ready")
    {
        LiveRun run = await LiveRun.LaunchAsync($"exec python3 -c \"$(cat <<'END'\n{python}\nopen('ready','w').close()\ntime.sleep(120)\nEND\n)\"", withCgroup, output);
        await LiveRun.UntilAsync(() => File.Exists(run.File(waitFor)));
        return run;
    }

    private static Task<TreeEvidence> TakeAsync(LiveRun run) => run.Evidence.CaptureAsync(run.Run, _ceiling);

    // Its file says that the program is ready; that it sleeps comes a moment later, and how much a busy one gets is the scheduler's.
    private static async Task<TreeEvidence> TakeWhenAsync(LiveRun run, Predicate<TreeEvidence> isThere)
    {
        TreeEvidence evidence = await TakeAsync(run);
        while (!isThere(evidence))
        {
            evidence = await TakeAsync(run);
        }

        return evidence;
    }

    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Capture_OfALiveTree_HoldsWhatItsProcessesDo(bool withCgroup)
    {
        await using LiveRun run = await LaunchAsync("""
            import os,socket,subprocess,time
            os.environ['ADDED']='later'
            server=socket.socket(); server.bind(('127.0.0.1',0)); server.listen()
            client=socket.create_connection(server.getsockname()); peer=server.accept()
            local=socket.socket(socket.AF_UNIX); local.bind('door'); local.listen()
            report=open('report.csv','w')
            busy=subprocess.Popen(['sh','-c','while :; do :; done'],env={'CHILD_NAME':'value of it','PATH':'/bin'})
            """, withCgroup);

        TreeEvidence evidence = await TakeWhenAsync(run, seen => seen.Processes is [{ State: 'S', CpuDeltaMs: 0, WaitChannel: not null }, { State: 'R', CpuDeltaMs: > 0 }]);

        Assert.Empty(evidence.Cut);
        Assert.Equal(2, evidence.Processes.Count);
        ProcessEvidence root = evidence.Processes[0];
        Assert.Equal(("root", "python3", 'S', 1), (root.BelongsBecause, root.Name, root.State, root.Threads));
        Assert.StartsWith("python3\0-c\0", root.CommandLine, StringComparison.Ordinal);
        Assert.Equal(run.Directory, root.WorkingDirectory);
        Assert.Contains(root.Files, file => file.EndsWith(" " + run.File("report.csv"), StringComparison.Ordinal));
        Assert.Contains(root.Sockets, socket => socket is { Protocol: "tcp", State: "LISTEN", Remote: null } && socket.Local!.StartsWith("127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains(root.Sockets, socket => socket is { Protocol: "tcp", State: "ESTABLISHED", Remote: not null });
        Assert.Contains(root.Sockets, socket => socket is { Protocol: "unix", State: "LISTEN", Local: "door" });
        Assert.NotNull(root.WaitChannel);
        Assert.Equal(0, root.CpuDeltaMs);
        Assert.Contains("PATH", root.EnvironmentNames);
        ProcessEvidence child = evidence.Processes[1];
        Assert.Equal((root.Pid, 'R'), (child.ParentPid, child.State));
        Assert.Equal(["CHILD_NAME", "PATH"], child.EnvironmentNames.Take(2).Order(StringComparer.Ordinal));
        Assert.True(child.CpuDeltaMs > 0, $"It used {child.CpuDeltaMs} ms in {evidence.IntervalMs} ms.");
        Assert.InRange(evidence.IntervalMs, 90, 3000);
        Assert.Equal(withCgroup, evidence.Cgroup.Any(file => file.Name == "cpu.stat" && file.Lines.Any(line => line.StartsWith("usage_usec ", StringComparison.Ordinal))));
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfATreeThatWritesToFiles_HasTheEndOfItsOutputWithoutHalfALine()
    {
        await using LiveRun run = await LaunchAsync("import sys,time\nprint('x'*20000)\nfor i in range(60): print('line',i)\nprint('no end',end='',file=sys.stderr)\nsys.stdout.flush(); sys.stderr.flush()", output: OutputMode.Files);

        TreeEvidence evidence = await TakeAsync(run);

        Assert.Equal([OutputStream.Output, OutputStream.Error], evidence.Output.Select(output => output.Stream));
        Assert.StartsWith("line 0\nline 1\n", Assert.Single(evidence.Output[0].Lines), StringComparison.Ordinal);
        Assert.Equal("no end", Assert.Single(evidence.Output[1].Lines));
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfAProcessWithManyFiles_IsBoundedAndSaysSo()
    {
        await using LiveRun run = await LaunchAsync("import time,socket\nfiles=[open('/dev/null') for _ in range(600)]\nsockets=[socket.socket() for _ in range(100)]");

        TreeEvidence evidence = await TakeAsync(run);

        Assert.Equal(["files"], evidence.Cut);
        Assert.Equal(200, Assert.Single(evidence.Processes).Files.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfATreeThatIsGone_HasNoProcess()
    {
        LiveRun run = await LaunchAsync("import time");
        await run.DisposeAsync();

        TreeEvidence evidence = await TakeAsync(run);

        Assert.Empty(evidence.Processes);
        Assert.Empty(evidence.Cgroup);
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfATreeOnAFileSystemThatHangs_IsWhole()
    {
        HungFileSystem server = await HungFileSystem.MountAsync();
        await using LiveRun run = await LaunchAsync($"import os,time\nheld=open('{server.Directory}/file')\nhere=os.getcwd()\nos.chdir('{server.Directory}')\nopen(here+'/there','w').close()\ntime.sleep(120)", waitFor: "there");

        // Goes first: a process that has a file there does not leave before.
        using HungFileSystem first = server;
        server.Hang();

        TreeEvidence evidence = await TakeAsync(run);

        Assert.Empty(evidence.Cut);
        ProcessEvidence process = Assert.Single(evidence.Processes);
        Assert.Equal(server.Directory, process.WorkingDirectory);
        Assert.Contains(process.Files, file => file.EndsWith($" {server.Directory}/file", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfAStoppedTree_LeavesItStopped()
    {
        await using LiveRun run = await LaunchAsync("import os,time");
        await using IContainment containment = run.Open();
        ProcessSnapshot root = Assert.Single(containment.Inspect(InspectionDepth.Members, _ceiling).Processes);
        using (Process stop = Process.Start("kill", ["-s", "STOP", root.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await stop.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal('T', Assert.Single((await TakeAsync(run)).Processes).State);
        Assert.Equal('T', Assert.Single(containment.Inspect(InspectionDepth.Members, _ceiling).Processes).State);
    }
}
