using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>System V objects that are looked at while their run goes on.</summary>
public sealed class SystemVWatchTests : IDisposable
{
    // The kernel stamps to the second.
    private const string Calls = """
        import ctypes, os, sys, time
        libc = ctypes.CDLL(None, use_errno=True); libc.shmat.restype = ctypes.c_void_p
        time.sleep(1.05 - time.time() % 1)

        """;

    private const string Segment = Calls + "made = libc.shmget(0, 4096, 0o1600); libc.shmat(made, None, 0); print(made, flush=True)\n";
    private const string Semaphores = Calls + "made = libc.semget(0, 1, 0o1600); libc.semctl(made, 0, 16, 1); print(made, flush=True)\n";

    private readonly IResourceCleaner _cleaner = SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), TimeProvider.System);
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());
    private readonly List<int> _segments = [];
    private readonly List<int> _sets = [];

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    public async Task Discover_SegmentOfAProcessThatWasGoneBeforeTheEnd_IsCleanedWhereALookSawIt()
    {
        (Child maker, int id) = await MakeAsync(Segment, _segments);
        using Child ended = maker;
        using Child program = await Python.StartAsync("pass");
        IReadOnlyList<RunResource> seen = await _cleaner.DiscoverAsync(_run.Running([], maker.Pid, program.Pid));
        await EndAsync(maker);
        IReadOnlyList<RunResource> later = await _cleaner.DiscoverAsync(_run.Running(seen, program.Pid));
        await EndAsync(program);

        RunResource found = Of(id, await _cleaner.DiscoverAsync(_run.After(seen)))!;
        await _cleaner.CleanAsync(found, _run.After(seen));

        Assert.Equal(ResourceHandling.Clean, Of(id, later)!.Handling);
        Assert.Equal(ResourceHandling.Clean, found.Handling);
        Assert.False(await _cleaner.ExistsAsync(found, _run.After(seen)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SegmentThatTheRunItselfRemoved_IsNotTold()
    {
        (Child program, int id) = await MakeAsync(Segment + Python.WhenTold("libc.shmctl(made, 0, None)"), _segments);
        using Child ended = program;
        RunResource seen = Of(id, await _cleaner.DiscoverAsync(_run.Running([], program.Pid)))!;
        await Python.TellAsync(program);
        await EndAsync(program);

        Assert.Equal(ResourceHandling.Clean, seen.Handling);
        Assert.Null(Of(id, await _cleaner.DiscoverAsync(_run.After([seen]))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SemaphoresThatAStrangerUsedAfterTheLook_AreWatchedAndHeIsNamed()
    {
        (Child program, int id) = await MakeAsync(Semaphores, _sets);
        using Child ended = program;
        RunResource seen = Of(id, await _cleaner.DiscoverAsync(_run.Running([], program.Pid)))!;
        using Child stranger = await Python.StartAsync(Calls + "libc.semctl(int(sys.argv[1]), 0, 16, 2)", id.ToString(CultureInfo.InvariantCulture));
        RunResource before = Of(id, await _cleaner.DiscoverAsync(_run.Before(program.Pid) with { Known = [seen] }))!;
        await EndAsync(program);

        RunResource found = Of(id, await _cleaner.DiscoverAsync(_run.After([seen])))!;
        IOException refused = await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(seen, _run.After([seen])).AsTask());

        Assert.Equal(ResourceHandling.Clean, seen.Handling);
        Assert.Equal(ResourceHandling.Watch, found.Handling);
        Assert.Contains($"(pid {stranger.Pid}) used it last", found.Note!, StringComparison.Ordinal);
        Assert.Contains($"(pid {stranger.Pid}) used it last", refused.Message, StringComparison.Ordinal);
        Assert.True(await _cleaner.ExistsAsync(seen, _run.After([seen])));
        await EndAsync(stranger);
        RunResource left = Of(id, await _cleaner.DiscoverAsync(_run.After([seen])))!;
        Assert.Equal((ResourceHandling.Report, $"not provably the run's: PID {stranger.Pid} used it last, which no look saw as a process of the run"), (left.Handling, left.Note));
        Assert.Equal(ResourceHandling.Report, before.Handling);
        Assert.Contains($"(pid {stranger.Pid}) used it, too", before.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SemaphoresThatAnotherProcessOfTheRunUsedLast_AreCleanedWhereALookSawIt()
    {
        (Child program, int id) = await MakeAsync(Semaphores, _sets);
        using Child ended = program;
        using Child worker = await Python.StartAsync(
            Calls + Python.WhenTold("libc.semctl(int(sys.argv[1]), 0, 16, 2)"), id.ToString(CultureInfo.InvariantCulture));
        RunResource seen = Of(id, await _cleaner.DiscoverAsync(_run.Running([], program.Pid, worker.Pid)))!;
        await Python.TellAsync(worker);
        await EndAsync(worker);
        await EndAsync(program);

        RunResource found = Of(id, await _cleaner.DiscoverAsync(_run.After([seen])))!;

        Assert.True(found.Handling == ResourceHandling.Clean, found.Note);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SemaphoresOfAWorkerThatBeganAfterTheList_AreDecidedByTheNextLook()
    {
        (Child program, int id) = await MakeAsync(
            Calls + "made = libc.semget(0, 2, 0o1600); libc.semctl(made, 0, 16, 1); os.fork() or (libc.semctl(made, 1, 16, 1), print(made, os.getpid(), sep='\\n', flush=True))\n", _sets);
        using Child ended = program;
        int worker = int.Parse((await program.ReadLineAsync())!, CultureInfo.InvariantCulture);

        RunResource first = Of(id, await _cleaner.DiscoverAsync(_run.Running([], program.Pid)))!;
        RunResource second = Of(id, await _cleaner.DiscoverAsync(_run.Running([first], program.Pid, worker)))!;

        using (Process forked = Process.GetProcessById(worker))
        {
            forked.Kill();
        }

        Assert.Equal((ResourceHandling.Report, ResourceHandling.Clean), (first.Handling, second.Handling));
    }

    public void Dispose()
    {
        _segments.ForEach(id => SystemVCalls.RemoveSegment(id));
        _sets.ForEach(id => SystemVCalls.RemoveSemaphores(id));
    }

    private static async Task<(Child Program, int Id)> MakeAsync(string script, List<int> made)
    {
        Child program = Child.Start("python3", "-c", script + "\ntime.sleep(60)");
        int id = int.Parse((await program.ReadLineAsync())!, CultureInfo.InvariantCulture);
        made.Add(id);
        return (program, id);
    }

    // The machine may have others.
    private static RunResource? Of(int id, IEnumerable<RunResource> resources) =>
        resources.SingleOrDefault(resource => resource.Details["id"] == id.ToString(CultureInfo.InvariantCulture) && resource.Details["kind"] != "Queue");

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }
}
