using BenchmarkDotNet.Attributes;
using WorkflowLifecycle.Benchmarks.Trees;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Benchmarks.Suites;

/// <summary>Reading the processes of a tree from /proc: what an emergency reads, and everything.</summary>
[MemoryDiagnoser]
public class InspectionBenchmarks
{
    private static readonly TimeSpan Unlimited = TimeSpan.FromMinutes(1);
    private TreeRoom? _room;
    private EngineTree? _tree;
    private IContainment? _containment;

    [Params(1, 100, 1_000)]
    public int Processes { get; set; }

    [GlobalSetup]
    public async Task GrowAsync()
    {
        _room = await TreeRoom.OpenAsync();
        _tree = await EngineTree.LaunchAsync(_room.WithCgroups, _room.Forest, _room.Tree(TreeKind.Plain, Processes));
        _containment = _tree.Open();
    }

    [GlobalCleanup]
    public async Task FellAsync()
    {
        await _containment!.DisposeAsync();
        await _tree!.EndAsync();
        await _tree.DisposeAsync();
        _room!.Dispose();
    }

    [Benchmark]
    public ProcessListing Shallow() => _containment!.Inspect(InspectionDepth.Shallow, Unlimited);

    [Benchmark]
    public ProcessListing Full() => _containment!.Inspect(InspectionDepth.Full, Unlimited);
}
