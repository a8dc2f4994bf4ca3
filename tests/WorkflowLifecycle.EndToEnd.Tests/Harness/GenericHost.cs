using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>The engine in the generic host, over the store of a test's room.</summary>
internal sealed class GenericHost : IAsyncDisposable
{
    private readonly IHost _host;

    public GenericHost(TestRoom room, TimeSpan timeout, Action<WorkflowLifecycleOptions>? configure = null, Action<IServiceCollection>? before = null, Action<IServiceCollection>? after = null)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Trace);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = timeout);
        before?.Invoke(builder.Services);
        builder.Services.AddWorkflowLifecycle(options =>
        {
            options.RuntimeDirectory = room.RuntimeDirectory;
            configure?.Invoke(options);
        }).UseSqliteStore(room.StoreFile);
        after?.Invoke(builder.Services);
        _host = builder.Build();
    }

    public RecordingLogs Logs { get; } = new();

    public ITrackedProcessLauncher Launcher => _host.Services.GetRequiredService<ITrackedProcessLauncher>();

    public Task StartAsync() => _host.StartAsync();

    /// <summary>Stops the host as its end does, and says how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        long started = TimeProvider.System.GetTimestamp();
        await _host.StopAsync();
        return TimeProvider.System.GetElapsedTime(started);
    }

    public IReadOnlyList<string> Said(int id) => [.. Logs.Entries.Where(entry => entry.Id == id).Select(entry => entry.Text)];

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }
}
