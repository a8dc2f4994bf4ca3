using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Testing.Conformance;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

public sealed class LockFileCleanerConformanceTests : ResourceCleanerConformance, IDisposable
{
    private readonly EndedRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    protected override IResourceCleaner CreateCleaner() => LockFileCleaner.Create(new LockFileCleanerOptions(), TimeProvider.System);

    protected override async ValueTask<CleanupContext> CreateContextAsync() => await _runs.BeginAsync();

    protected override async ValueTask<CleanupContext> MakeResourceAsync(IResourceCleaner cleaner, CleanupContext context)
    {
        using Process process = Process.Start("true");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(context.Run.WorkingDirectory, "server.pid"), process.Id.ToString(CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
        return context;
    }

    protected override ValueTask<bool> IsThereAsync(RunResource resource) => new(File.Exists(resource.Name));
}
