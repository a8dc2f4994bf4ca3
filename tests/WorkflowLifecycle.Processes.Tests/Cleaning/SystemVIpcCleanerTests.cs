using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Real System V objects of real programs.</summary>
public sealed class SystemVIpcCleanerTests : IDisposable
{
    // Prints what it made: "segment ID", after it waited for the second to change, since the kernel stamps to the second.
    private const string Calls = """
        import ctypes, sys, time
        libc = ctypes.CDLL(None, use_errno=True); libc.shmat.restype = ctypes.c_void_p
        def later(): time.sleep(1.05 - time.time() % 1)
        """;

    private const string Segment = Calls + """

        later(); made = libc.shmget(0, 4096, 0o1600)
        if sys.argv[1] == 'attached': libc.shmat(made, None, 0)
        print(made, flush=True)
        """;

    private readonly IResourceCleaner _cleaner = SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), TimeProvider.System);
    private readonly List<int> _segments = [];
    private readonly List<string> _others = [];

    [Theory(Timeout = 60_000)]
    [Trait("Scenario", "S10")]
    [InlineData("attached")]
    [InlineData("detached")]
    public async Task Discover_SegmentOfAProcessOfTheRun_IsCleanedAfterItsEnd(string how)
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        (Child program, int id) = await MakeAsync(Segment, how);
        using Child ended = program;
        _segments.Add(id);

        RunResource before = Assert.Single(Of(id, await _cleaner.DiscoverAsync(run.Before(program.Pid))));
        Assert.True(before.Handling == ResourceHandling.Clean, before.Note);
        await EndAsync(program);
        RunResource after = Assert.Single(Of(id, await _cleaner.DiscoverAsync(run.After([before]))));
        Assert.Equal(ResourceHandling.Clean, after.Handling);
        await _cleaner.CleanAsync(after, run.After([before]));

        Assert.False(await _cleaner.ExistsAsync(after, run.After([before])));
        await _cleaner.CleanAsync(after, run.After([before]));
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_AfterAnEmergencyThatKnowsWhoWasThere_IsStillProven()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        (Child program, int id) = await MakeAsync(Segment, "attached");
        using Child ended = program;
        _segments.Add(id);
        ProcessSnapshot seen = RunContexts.Snapshot(program.Pid);
        await EndAsync(program);

        RunResource known = Assert.Single(Of(id, await _cleaner.DiscoverAsync(run.After([], seen))));
        RunResource unknown = Assert.Single(Of(id, await _cleaner.DiscoverAsync(run.After([]))));

        Assert.True(known.Handling == ResourceHandling.Clean, known.Note);
        Assert.Equal(ResourceHandling.Report, unknown.Handling);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SegmentOfAStranger_IsNotTheRuns()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        (Child stranger, int id) = await MakeAsync(Segment, "attached");
        using Child living = stranger;
        _segments.Add(id);
        using Child guest = await Python.StartAsync(Calls + "\nlibc.shmat(int(sys.argv[1]), None, 0)", id.ToString(CultureInfo.InvariantCulture));

        RunResource found = Assert.Single(Of(id, await _cleaner.DiscoverAsync(run.Before(guest.Pid))));

        Assert.Equal(ResourceHandling.Report, found.Handling);
        Assert.Contains($"(pid {stranger.Pid}) has it too", found.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Clean_SegmentThatAStrangerHasInMemory_IsLeftUntilHeLetsGoAndHeIsNamed()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        (Child program, int id) = await MakeAsync(Segment, "attached");
        using Child ended = program;
        _segments.Add(id);
        RunResource before = Assert.Single(Of(id, await _cleaner.DiscoverAsync(run.Before(program.Pid))));
        using Child stranger = await Python.StartAsync(Calls + "\nlibc.shmat(int(sys.argv[1]), None, 0)", id.ToString(CultureInfo.InvariantCulture));
        await EndAsync(program);

        RunResource after = Assert.Single(Of(id, await _cleaner.DiscoverAsync(run.After([before]))));
        IOException refused = await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(before, run.After([before])).AsTask());

        Assert.Equal(ResourceHandling.Clean, after.Handling);
        Assert.Contains($"(pid {stranger.Pid}) has it", refused.Message, StringComparison.Ordinal);
        Assert.True(await _cleaner.ExistsAsync(after, run.After([before])));
        await EndAsync(stranger);
        await _cleaner.CleanAsync(before, run.After([before]));
        Assert.False(await _cleaner.ExistsAsync(after, run.After([before])));
    }

    [Fact(Timeout = 60_000)]
    public async Task Clean_DebtForASegmentThatStoodBeforeTheRun_IsRefused()
    {
        RunContexts owner = new(TimeProvider.System.GetUtcNow());
        (Child stranger, int id) = await MakeAsync(Segment, "detached");
        using Child living = stranger;
        _segments.Add(id);
        RunResource debt = Assert.Single(Of(id, await _cleaner.DiscoverAsync(owner.Before(stranger.Pid))));
        RunContexts run = new(TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1));
        CleanupContext retry = run.After([debt]) with { Moment = CleanupMoment.Retry };

        IOException refused = await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(debt, retry).AsTask());

        Assert.Equal(ResourceHandling.Clean, debt.Handling);
        Assert.Contains("was not made while the run was", refused.Message, StringComparison.Ordinal);
        Assert.True(await _cleaner.ExistsAsync(debt, retry));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S02")]
    public async Task Discover_CreatorWhosePidTheRunTookLater_IsNotTheRuns()
    {
        string[] lines = await NamespaceHelper.RunAsync(["--pid", "--mount-proc", "--ipc"], "creator");

        Assert.Equal(["strangers Report, changed Report, own Clean"], lines);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_SetsAndQueuesThatOnlyTheRunUsed_AreToldAndLeft()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        (Child program, int set) = await MakeAsync(Calls + """

            made = libc.semget(0, 1, 0o1600); libc.semctl(made, 0, 16, 1)
            print(made, flush=True)
            queue = libc.msgget(0, 0o1600); libc.msgsnd(queue, b'\1\0\0\0\0\0\0\0x', 1, 0)
            shared = libc.semget(int(sys.argv[1]), 1, 0o1600); libc.semctl(shared, 0, 16, 1)
            print(queue, shared, flush=True)
            """, "4711");
        using Child ended = program;
        int[] others = [.. (await program.ReadLineAsync())!.Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        _others.AddRange(["-s", $"{set}", "-q", $"{others[0]}", "-s", $"{others[1]}"]);

        IReadOnlyList<RunResource> before = await _cleaner.DiscoverAsync(run.Before(program.Pid));
        await EndAsync(program);
        string[] made = [.. others.Append(set).Select(id => id.ToString(CultureInfo.InvariantCulture))];
        RunResource[] after = [.. (await _cleaner.DiscoverAsync(run.After(before))).Where(resource => resource.Details["kind"] != "Segment" && made.Contains(IdOf(resource)))];
        foreach (RunResource told in after)
        {
            await Assert.ThrowsAsync<IOException>(() => _cleaner.CleanAsync(told with { Handling = ResourceHandling.Clean }, run.After(before)).AsTask());
            Assert.True(await _cleaner.ExistsAsync(told, run.After(before)));
        }

        Assert.Equal(["message queue", "semaphores", "semaphores"], after.Select(resource => resource.Name[..resource.Name.IndexOf($" {IdOf(resource)}", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        Assert.All(after, resource => Assert.Equal((ResourceHandling.Report, "not provably the run's: the kernel does not keep who made it"), (resource.Handling, resource.Note)));
    }

    public void Dispose()
    {
        _segments.ForEach(id => SystemVCalls.RemoveSegment(id));
        if (_others.Count > 0)
        {
            using Process remove = Process.Start("ipcrm", _others);
            remove.WaitForExit();
        }
    }

    private static async Task<(Child Program, int Id)> MakeAsync(string script, string argument)
    {
        Child program = Child.Start("python3", "-c", script + "\nimport time\ntime.sleep(60)", argument);
        return (program, int.Parse((await program.ReadLineAsync())!, CultureInfo.InvariantCulture));
    }

    private static string IdOf(RunResource resource) => resource.Details["id"];

    // The machine may have others.
    private static IEnumerable<RunResource> Of(int id, IEnumerable<RunResource> resources) =>
        resources.Where(resource => resource.Details["kind"] == "Segment" && IdOf(resource) == id.ToString(CultureInfo.InvariantCulture));

    private static async Task EndAsync(Child child)
    {
        child.End();
        await child.WaitAsync();
    }
}
