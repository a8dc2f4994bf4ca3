using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>With a segment that is attached.</summary>
public sealed class SystemVConformanceTests : KernelCleanerConformance
{
    // The kernel stamps to the second.
    private const string Script = """
        import ctypes, time
        libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p
        time.sleep(1.05 - time.time() % 1)
        libc.shmat(libc.shmget(0, 4096, 0o1600), None, 0)
        """;

    private readonly HashSet<int> _before = [.. SystemVTable.Read().Select(found => found.Id)];
    private readonly List<int> _started = [];

    protected override IResourceCleaner CreateCleaner() => SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), TimeProvider.System);

    protected override ValueTask<bool> IsThereAsync(RunResource resource) =>
        new(SystemVTable.Read().Any(found => found.Kind == SystemVKind.Segment && found.Id.ToString(CultureInfo.InvariantCulture) == resource.Details["id"]));

    private protected override async Task<Child> StartAsync(RunRecord run)
    {
        Child program = await Python.StartAsync(Script);
        _started.Add(program.Pid);
        return program;
    }

    private protected override void RemoveAll()
    {
        foreach (SystemVObject left in SystemVTable.Read().Where(found => found.Kind == SystemVKind.Segment && _started.Contains(found.Creator) && !_before.Contains(found.Id)))
        {
            SystemVCalls.RemoveSegment(left.Id);
        }
    }
}
