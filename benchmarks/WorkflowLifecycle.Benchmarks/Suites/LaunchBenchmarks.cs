using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Suites;

/// <summary>A launch of /bin/true to its recorded end, by store, beside Process.Start to the exit.</summary>
[MemoryDiagnoser]
public class LaunchBenchmarks
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"wfl-benchmarks-{Guid.NewGuid():N}.db");
    private Library? _memory;
    private Library? _sqlite;

    [GlobalSetup]
    public void Open()
    {
        _memory = Library.Open(store: null);
        _sqlite = Library.Open(_file);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _memory!.DisposeAsync();
        await _sqlite!.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public async Task<int> ProcessStart()
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/true"))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    [Benchmark]
    public Task<RunResult> InMemoryStore() => RunAsync(_memory!);

    [Benchmark]
    public Task<RunResult> SqliteStore() => RunAsync(_sqlite!);

    private static Task<RunResult> RunAsync(Library library) => library.Launcher.RunAsync(new LaunchRequest("/bin/true") { Output = OutputMode.Discard });
}
