using BenchmarkDotNet.Attributes;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Suites;

/// <summary>A whole kill with SQLite and receipt, by mode, strength and size; each measures a fresh tree.</summary>
[MemoryDiagnoser]
[InvocationCount(1, 1)]
public class KillBenchmarks
{
    private TreeRoom? _room;
    private Library? _library;
    private ITrackedProcess? _run;

    [Params(1, 100)]
    public int Processes { get; set; }

    [Params(KillMode.Emergency, KillMode.Graceful)]
    public KillMode Mode { get; set; }

    [Params(ContainmentStrength.CgroupAndReaper, ContainmentStrength.Reaper)]
    public ContainmentStrength Strength { get; set; }

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _room = await TreeRoom.OpenAsync();
        _library = Library.Open(_room.NewPath("store"), Strength == ContainmentStrength.Reaper ? _room.WithoutCgroups : _room.WithCgroups);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _library!.DisposeAsync();
        _room!.Dispose();
    }

    [IterationSetup]
    public void Launch() => _run = _library!.LaunchAsync(_room!.Forest, _room.Tree(TreeKind.Plain, Processes)).GetAwaiter().GetResult();

    [IterationCleanup]
    public void Release() => _run!.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark]
    public Task<KillReport> Kill() => _library!.KillAsync(_run!.RunId, Mode);
}
