using BenchmarkDotNet.Attributes;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Suites;

/// <summary>Reading and writing rows among 10,000, by store.</summary>
[MemoryDiagnoser]
public class RegistryBenchmarks
{
    private const int Rows = 10_000;
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"wfl-benchmarks-{Guid.NewGuid():N}.db");
    private Library? _library;
    private RunId _known;
    private int _number;

    [Params(false, true)]
    public bool Sqlite { get; set; }

    [GlobalSetup]
    public async Task FillAsync()
    {
        _library = Library.Open(Sqlite ? _file : null);
        await _library.Store.InitializeAsync();
        for (int i = 0; i < Rows; i++)
        {
            RunRecord run = Samples.Run(i);
            await _library.Store.CommitAsync(new StoreCommit { AddRun = run }, CommitDurability.Process);
            _known = run.RunId;
        }
    }

    [GlobalCleanup]
    public ValueTask CloseAsync() => _library!.DisposeAsync();

    [Benchmark]
    public async Task<RunRecord?> Find() => await _library!.Store.FindRunAsync(_known);

    [Benchmark]
    public async Task<RunPage> SearchFirstPage() => await _library!.Store.SearchRunsAsync(new RunQuery { Workflow = "builder" });

    [Benchmark]
    public async Task<CommitResult> AddDurably() =>
        await _library!.Store.CommitAsync(new StoreCommit { AddRun = Samples.Run(Rows + ++_number) }, CommitDurability.Machine);
}
