using WorkflowLifecycle.Processes.Tests.Support;
using WorkflowLifecycle.Testing.Conformance;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

public sealed class TempCleanerConformanceTests : ResourceCleanerConformance, IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    protected override IResourceCleaner CreateCleaner() => TempCleaner.Create(new TempCleanerOptions { Directory = _place.Path }, TimeProvider.System);

    protected override ValueTask<CleanupContext> CreateContextAsync() => ValueTask.FromResult(FileRuns.Over(FileRuns.Run()));

    protected override async ValueTask<CleanupContext> MakeResourceAsync(IResourceCleaner cleaner, CleanupContext context)
    {
        (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync((IResourceProvider)cleaner, context.Run);
        await File.WriteAllTextAsync(Path.Combine(provided.Environment["TMPDIR"], "file"), "x");
        return context with { Run = run, Known = run.Resources };
    }

    protected override ValueTask<bool> IsThereAsync(RunResource resource) => ValueTask.FromResult(Directory.Exists(resource.Name));
}
