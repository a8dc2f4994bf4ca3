using WorkflowLifecycle.Processes.Tests.Support;
using WorkflowLifecycle.Testing.Conformance;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

public sealed class WorkDirectoryConformanceTests : ResourceCleanerConformance, IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    protected override IResourceCleaner CreateCleaner() =>
        WorkDirectoryCleaner.Create(new WorkDirectoryCleanerOptions { Policy = WorkDirectoryPolicy.Archive, ArchiveDirectory = _place.Path }, static (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([]), TimeProvider.System);

    protected override ValueTask<CleanupContext> CreateContextAsync() => ValueTask.FromResult(FileRuns.Over(FileRuns.Run()));

    protected override async ValueTask<CleanupContext> MakeResourceAsync(IResourceCleaner cleaner, CleanupContext context)
    {
        string path = Directory.CreateDirectory(_place.File(Guid.NewGuid().ToString("N"))).FullName;
        await File.WriteAllTextAsync(Path.Combine(path, "file"), "x");
        (RunRecord run, _) = await FileRuns.ProvideAsync((IResourceProvider)cleaner, context.Run with { WorkingDirectory = path }, new LaunchRequest("true") { WorkingDirectory = path });
        return context with { Run = run, Known = run.Resources };
    }

    protected override ValueTask<bool> IsThereAsync(RunResource resource) => ValueTask.FromResult(Directory.Exists(resource.Name.Split(" -> ")[0]));
}
