using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>With the file of a Unix socket: the only kind of socket of which something can be freed.</summary>
public sealed class SocketConformanceTests : KernelCleanerConformance
{
    private const string Script = "import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()";

    private readonly TemporaryDirectory _place = new();

    protected override IResourceCleaner CreateCleaner() => SocketCleaner.Create(new SocketCleanerOptions(), TimeProvider.System);

    protected override ValueTask<bool> IsThereAsync(RunResource resource) => new(File.Exists(resource.Name["unix ".Length..]));

    private protected override Task<Child> StartAsync(RunRecord run) => Python.StartAsync(Script, _place.File(Guid.NewGuid().ToString("N")));

    private protected override void RemoveAll() => _place.Dispose();
}
