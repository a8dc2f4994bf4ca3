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

    private readonly string _mark = "wfl-test-" + Guid.NewGuid().ToString("N")[..8];

    protected override IResourceCleaner CreateCleaner() => SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), TimeProvider.System);

    protected override ValueTask<bool> IsThereAsync(RunResource resource) => new(File.Exists(resource.Name));

    private protected override Task<Child> StartAsync() => Python.StartAsync(Script, $"{_mark}-{Guid.NewGuid():N}");

    private protected override void RemoveAll() => Array.ForEach(Directory.GetFiles("/dev/shm", _mark + "*"), File.Delete);
}
