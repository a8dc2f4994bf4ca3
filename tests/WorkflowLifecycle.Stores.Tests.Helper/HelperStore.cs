using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Stores.Tests.Helper;

internal sealed class HelperStore : IWorkflowLifecycleBuilder, IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private HelperStore(string file, TimeSpan? patience)
    {
        this.UseSqliteStore(file, options => options.BusyTimeout = patience ?? options.BusyTimeout);
        _services = Services.BuildServiceProvider();
    }

    public IServiceCollection Services { get; } = new ServiceCollection();

    public IProcessStore Store => _services.GetRequiredService<IProcessStore>();

    public static async Task<HelperStore> OpenAsync(string file, TimeSpan? patience = null)
    {
        HelperStore helper = new(file, patience);
        await helper.Store.InitializeAsync();
        return helper;
    }

    public static RunRecord Run(string? text = null) => new()
    {
        RunId = RunId.New(),
        InternalId = Guid.NewGuid().ToString("N"),
        State = RunState.Launching,
        LaunchedBy = "host:helper",
        Program = "/bin/true",
        Arguments = text is null ? [] : [text],
        WorkingDirectory = "/",
        Host = new ProcessIdentity { HostId = "host", BootId = "boot", Pid = Environment.ProcessId, StartTicks = 1 },
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
