using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

public sealed class SharedMemoryConformanceTests : KernelCleanerConformance
{
    private const string Script = """
        import sys
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = lambda *a: None
        memory = shared_memory.SharedMemory(name=sys.argv[1], create=True, size=4096)
        """;

    private readonly List<string> _names = [];

    protected override IResourceCleaner CreateCleaner() => SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), TimeProvider.System);

    protected override ValueTask<bool> IsThereAsync(RunResource resource) => new(File.Exists(resource.Name));

    private protected override Task<Child> StartAsync(RunRecord run)
    {
        _names.Add($"wfl-{run.InternalId}-{_names.Count}");
        return Python.StartAsync(Script, _names[^1]);
    }

    private protected override void RemoveAll() => _names.ForEach(name => File.Delete("/dev/shm/" + name));
}
