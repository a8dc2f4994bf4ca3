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

    private readonly IResourceCleaner _cleaner = SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), TimeProvider.System);
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());
    private readonly List<int> _segments = [];

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

    public void Dispose() => _segments.ForEach(id => SystemVCalls.RemoveSegment(id));

    private static async Task<(Child Program, int Id)> MakeAsync(string script, List<int> made)
    {
        Child program = Child.Start("python3", "-c", script + "\ntime.sleep(60)");
        int id = int.Parse((await program.ReadLineAsync())!, CultureInfo.InvariantCulture);
        made.Add(id);
        return (program, id);
    }

    // The machine may have others.
    private static RunResource? Of(int id, IEnumerable<RunResource> resources) =>
        resources.SingleOrDefault(resource => resource.Details["id"] == id.ToString(CultureInfo.InvariantCulture) && resource.Details["kind"] == "Segment");

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }
}
