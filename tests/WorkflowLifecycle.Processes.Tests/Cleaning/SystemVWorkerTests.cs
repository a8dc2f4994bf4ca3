using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Processes of a run that began after its processes were listed, or that a list left out.</summary>
public sealed class SystemVWorkerTests : IDisposable
{
    // The kernel stamps to the second.
    private const string Calls = """
        import ctypes, os, sys, time
        libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p

        """;

    private const string Segment = Calls + "time.sleep(1.05 - time.time() % 1); made = libc.shmget(0, 4096, 0o1600); libc.shmat(made, None, 0); print(made, flush=True)\n";
    private const string Join = Calls + "libc.shmat(int(sys.argv[1]), None, 0)\n";
    private const string Stay = "\ntime.sleep(60)";

    // Time stands still: the last look at the machine is always recent, and an emergency has all the time there is.
    private readonly IResourceCleaner _cleaner = SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), new SteppingTime(TimeSpan.Zero));
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());
    private readonly List<int> _made = [];

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_WorkerThatBeganAfterTheList_IsTheRunsByItsCgroup()
    {
        using RunCgroup cgroup = RunCgroup.Create(CgroupPlace.Require(), Guid.NewGuid().ToString("N"));
        string enter = $"import os\nopen('{cgroup.Path}/cgroup.procs', 'w').write(str(os.getpid()))\n";
        using (Child program = Child.Start("python3", "-c", enter + Segment + Stay))
        {
            string id = await ReadIdAsync(program);
            using Child worker = await Python.StartAsync(enter + Join, id);

            RunResource found = Of(id, await _cleaner.DiscoverAsync(In(cgroup, _run.Running([], program.Pid))));

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
        using Child program = Child.Start("python3", "-c", Segment + "worker = os.fork()\nif worker: print(worker, flush=True)" + Stay);
        string id = await ReadIdAsync(program);
        int worker = int.Parse((await program.ReadLineAsync())!, CultureInfo.InvariantCulture);

        RunResource found = Of(id, await _cleaner.DiscoverAsync(_run.Running([], program.Pid)));

        using (Process forked = Process.GetProcessById(worker))
        {
            forked.Kill();
        }

        Assert.True(found.Handling == ResourceHandling.Clean, found.Note);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_ListThatWasCut_IsDecidedByTheNextLook()
    {
        using Child program = Child.Start("python3", "-c", Segment + Stay);
        string id = await ReadIdAsync(program);
        using Child worker = await Python.StartAsync(Join, id);

        RunResource first = Of(id, await _cleaner.DiscoverAsync(_run.Running([], program.Pid) with { ProcessesTruncated = true }));
        RunResource second = Of(id, await _cleaner.DiscoverAsync(_run.Running([first], program.Pid, worker.Pid)));

        Assert.Equal((ResourceHandling.Report, ResourceHandling.Clean), (first.Handling, second.Handling));
        Assert.Contains("not all of the run's processes are known", first.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_ListThatWasCut_IsCompletedByTheCgroup()
    {
        using RunCgroup cgroup = RunCgroup.Create(CgroupPlace.Require(), Guid.NewGuid().ToString("N"));
        using (Child program = Child.Start("python3", "-c", $"import os\nopen('{cgroup.Path}/cgroup.procs', 'w').write(str(os.getpid()))\n{Segment}{Stay}"))
        {
            string id = await ReadIdAsync(program);
            IReadOnlyList<RunResource> found = await _cleaner.DiscoverAsync(In(cgroup, _run.Before() with { ProcessesTruncated = true }));
            await EndAsync(program);
            Assert.Null(cgroup.Remove());

            Assert.Equal(ResourceHandling.Clean, Of(id, found).Handling);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_LookWithoutTime_IsDecidedByTheNextLook()
    {
        IResourceCleaner hurried = SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), new SteppingTime(TimeSpan.FromMilliseconds(5)));
        using Child program = Child.Start("python3", "-c", Segment + Stay);
        string id = await ReadIdAsync(program);
        using Child worker = await Python.StartAsync(Join, id);

        RunResource first = Of(id, await hurried.DiscoverAsync(_run.Emergency([], program.Pid)));
        RunResource second = Of(id, await _cleaner.DiscoverAsync(_run.Before(program.Pid, worker.Pid) with { Known = [first] }));

        Assert.Equal((ResourceHandling.Report, ResourceHandling.Clean), (first.Handling, second.Handling));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_EmergencyWithoutTime_IsDecidedAfterTheEndByWhoWasThere()
    {
        IResourceCleaner hurried = SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), new SteppingTime(TimeSpan.FromMilliseconds(5)));
        using Child program = Child.Start("python3", "-c", Segment + Stay);
        string id = await ReadIdAsync(program);
        using Child worker = await Python.StartAsync(Join, id);
        ProcessSnapshot[] there = [RunContexts.Snapshot(program.Pid), RunContexts.Snapshot(worker.Pid)];

        RunResource first = Of(id, await hurried.DiscoverAsync(_run.Emergency([], program.Pid)));
        await EndAsync(program);
        await EndAsync(worker);
        RunResource after = Of(id, await _cleaner.DiscoverAsync(_run.After([first], there)));

        Assert.Equal((ResourceHandling.Report, ResourceHandling.Clean), (first.Handling, after.Handling));
    }

    public void Dispose() => _made.ForEach(id => SystemVCalls.RemoveSegment(id));

    private async Task<string> ReadIdAsync(Child program)
    {
        string id = (await program.ReadLineAsync())!;
        _made.Add(int.Parse(id, CultureInfo.InvariantCulture));
        return id;
    }

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

    // Other tests and programs have some, too.
    private static RunResource Of(string id, IEnumerable<RunResource> resources) =>
        Assert.Single(resources, resource => resource.Details["id"] == id && resource.Details["kind"] == "Segment");
}
