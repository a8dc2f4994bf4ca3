using BenchmarkDotNet.Attributes;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Suites;

/// <summary>Appending to the audit chain, by store; durable only up to the process, so that the disk is not what is measured.</summary>
[MemoryDiagnoser]
public class AuditBenchmarks
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"wfl-benchmarks-{Guid.NewGuid():N}.db");
    private Library? _library;

    [Params(false, true)]
    public bool Sqlite { get; set; }

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _library = Library.Open(Sqlite ? _file : null);
        await _library.Store.InitializeAsync();
    }

    [GlobalCleanup]
    public ValueTask CloseAsync() => _library!.DisposeAsync();

    [Benchmark]
    public async Task<CommitResult> Append() =>
        await _library!.Store.CommitAsync(new StoreCommit { Audit = [Samples.Audit()] }, CommitDurability.Process);
}
