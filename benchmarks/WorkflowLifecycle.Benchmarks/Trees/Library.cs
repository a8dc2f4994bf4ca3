using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>The library as a host uses it: with SQLite, every commit that matters at synchronous FULL.</summary>
internal sealed class Library : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly string? _store;

    private Library(ServiceProvider provider, string? store)
    {
        _provider = provider;
        _store = store;
    }

    public ITrackedProcessLauncher Launcher => _provider.GetRequiredService<ITrackedProcessLauncher>();

    public IKillCoordinator Kills => _provider.GetRequiredService<IKillCoordinator>();

    public IProcessStore Store => _provider.GetRequiredService<IProcessStore>();

    /// <param name="store">The database's file; null for the store in memory.</param>
    /// <param name="platform">How trees are held.</param>
    public static Library Open(string? store, IContainmentPlatform? platform = null)
    {
        ServiceCollection services = new();
        if (platform is not null)
        {
            services.AddSingleton(platform);
        }

        IWorkflowLifecycleBuilder builder = services.AddWorkflowLifecycle();
        if (store is not null)
        {
            builder.UseSqliteStore(store);
        }

        return new Library(services.BuildServiceProvider(), store);
    }

    public async Task<ITrackedProcess> LaunchAsync(string forest, TreeSpec tree)
    {
        LaunchRequest request = new(forest, [.. tree.Arguments]) { Output = tree.Kind == TreeKind.HeldOutput ? OutputMode.Capture : OutputMode.Discard };
        ITrackedProcess run = await Launcher.LaunchAsync(request);
        await TreeReadiness.WaitAsync(tree);
        return run;
    }

    public Task<KillReport> KillAsync(RunId run, KillMode mode = KillMode.Emergency) =>
        Kills.KillAsync(run, new KillRequest("benchmark", WorkflowPrincipal.LocalUser()) { Mode = mode, GracePeriod = TimeSpan.FromMilliseconds(200) });

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        foreach (string file in _store is null ? [] : Directory.GetFiles(Path.GetDirectoryName(_store)!, Path.GetFileName(_store) + "*"))
        {
            File.Delete(file);
        }
    }
}
