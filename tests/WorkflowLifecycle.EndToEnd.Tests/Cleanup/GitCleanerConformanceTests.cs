using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Testing.Conformance;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

public sealed class GitCleanerConformanceTests : ResourceCleanerConformance, IDisposable
{
    private readonly EndedRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    protected override IResourceCleaner CreateCleaner() => GitCleaner.Create(new GitCleanerOptions(), TimeProvider.System);

    protected override async ValueTask<CleanupContext> CreateContextAsync() => await _runs.BeginAsync(Shutdown.GitRepository.CreateAsync);

    protected override async ValueTask<CleanupContext> MakeResourceAsync(IResourceCleaner cleaner, CleanupContext context)
    {
        await File.WriteAllTextAsync(Path.Combine(context.Run.WorkingDirectory, ".git", "index.lock"), string.Empty, TestContext.Current.CancellationToken);
        return context;
    }

    protected override ValueTask<bool> IsThereAsync(RunResource resource) => new(File.Exists(resource.Name));
}
