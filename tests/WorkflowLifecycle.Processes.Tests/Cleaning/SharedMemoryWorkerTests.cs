using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Processes of a run that began after its processes were listed, or were gone before they were looked at.</summary>
public sealed class SharedMemoryWorkerTests : IDisposable
{
    private const string Open = """
        import os, sys
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = resource_tracker.unregister = lambda *a: None

        """;

    private const string Segment = Open + "memory = shared_memory.SharedMemory(name=sys.argv[1], create=True, size=4096)\n";
    private const string Join = Open + "memory = shared_memory.SharedMemory(name=sys.argv[1])\n";

    // Time stands still: the last look at the machine is always recent, and an emergency has all the time there is.
    private readonly IResourceCleaner _cleaner = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), new SteppingTime(TimeSpan.Zero));
    private readonly string _mark = "wfl-test-" + Guid.NewGuid().ToString("N")[..8];
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_WorkerThatBeganAfterTheList_IsTheRunsByItsCgroup()
    {
        using RunCgroup cgroup = RunCgroup.Create(CgroupPlace.Require(), Guid.NewGuid().ToString("N"));
        string enter = $"import os\nopen('{cgroup.Path}/cgroup.procs', 'w').write(str(os.getpid()))\n";
        using (Child program = await Python.StartAsync(enter + Segment, _mark))
        using (Child worker = await Python.StartAsync(enter + Join, _mark))
        {
            CleanupContext look = In(cgroup, _run.Running([], program.Pid));

            RunResource found = Assert.Single(Marked(await _cleaner.DiscoverAsync(look)));

            Assert.True(found.Handling == ResourceHandling.Clean, found.Note);
            await EndAsync(worker);
            await EndAsync(program);
        }

        Assert.Null(cgroup.Remove());
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_WorkerThatBeganAfterTheList_IsTheRunsByItsParent()
    {
        using Child program = Child.Start("python3", "-c", Segment + "worker = os.fork()\nif worker: print(worker, flush=True)\nimport time\ntime.sleep(60)", _mark);
        int worker = int.Parse((await program.ReadLineAsync())!, CultureInfo.InvariantCulture);

        RunResource found = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Running([], program.Pid))));

        using (Process forked = Process.GetProcessById(worker))
        {
            forked.Kill();
        }

        Assert.True(found.Handling == ResourceHandling.Clean, found.Note);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_WorkerThatIsGoneSinceTheMachineWasLookedAt_IsNobody()
    {
        using Child program = await Python.StartAsync(Segment, _mark);
        using Child worker = await Python.StartAsync(Join, _mark);
        _ = await _cleaner.DiscoverAsync(_run.Running([], program.Pid, worker.Pid));
        await EndAsync(worker);

        RunResource found = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Running([], program.Pid))));

        Assert.True(found.Handling == ResourceHandling.Clean, found.Note);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_ListThatWasCut_IsDecidedByTheNextLook()
    {
        using Child program = await Python.StartAsync(Segment, _mark);
        using Child worker = await Python.StartAsync(Join, _mark);

        RunResource first = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Running([], program.Pid) with { ProcessesTruncated = true })));
        RunResource second = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Running([first], program.Pid, worker.Pid))));

        Assert.Equal((ResourceHandling.Report, ResourceHandling.Clean), (first.Handling, second.Handling));
        Assert.Contains("not all of the run's processes are known", first.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_ListThatWasCut_IsCompletedByTheCgroup()
    {
        using RunCgroup cgroup = RunCgroup.Create(CgroupPlace.Require(), Guid.NewGuid().ToString("N"));
        using (Child program = await Python.StartAsync($"import os\nopen('{cgroup.Path}/cgroup.procs', 'w').write(str(os.getpid()))\n{Segment}", _mark))
        {
            IReadOnlyList<RunResource> found = Marked(await _cleaner.DiscoverAsync(In(cgroup, _run.Before() with { ProcessesTruncated = true })));
            await EndAsync(program);
            Assert.Null(cgroup.Remove());

            Assert.Equal(ResourceHandling.Clean, Assert.Single(found).Handling);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_LookWithoutTime_IsDecidedByTheNextLook()
    {
        IResourceCleaner hurried = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), new SteppingTime(TimeSpan.FromMilliseconds(5)));
        using Child program = await Python.StartAsync(Segment, _mark);

        RunResource first = Assert.Single(Marked(await hurried.DiscoverAsync(_run.Emergency([], program.Pid))));
        RunResource second = Assert.Single(Marked(await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = [first] })));

        Assert.Equal((ResourceHandling.Report, ResourceHandling.Clean), (first.Handling, second.Handling));
    }

    public void Dispose() => Array.ForEach(Directory.GetFiles("/dev/shm", _mark + "*"), File.Delete);

    private static CleanupContext In(RunCgroup cgroup, CleanupContext look) => look with
    {
        Run = look.Run with
        {
            Containment = new ContainmentRecord { Strength = ContainmentStrength.CgroupOnly, RunDirectory = "/", CgroupPath = cgroup.Path, CgroupInode = cgroup.Inode },
        },
    };

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }

    // Other tests and programs have segments too.
    private IReadOnlyList<RunResource> Marked(IEnumerable<RunResource> resources) =>
        [.. resources.Where(resource => resource.Name.Contains(_mark, StringComparison.Ordinal))];
}
