using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>The engine as a host has it, over the store of a test's room.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    public Engine(
        TestRoom room,
        ContainmentStrength strength = ContainmentStrength.CgroupAndReaper,
        Action<WorkflowLifecycleOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        bool inMemory = false)
    {
        ServiceCollection collection = new();
        collection.AddSingleton<ILoggerProvider>(Logs);
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace));
        IWorkflowLifecycleBuilder builder = collection.AddWorkflowLifecycle(options =>
        {
            options.RuntimeDirectory = room.RuntimeDirectory;

            // An ordinary directory is no cgroup: the platform finds that out as it would anywhere else.
            options.CgroupRoot = strength == ContainmentStrength.Reaper ? room.Path : null;
            configure?.Invoke(options);
        });
        _ = inMemory ? builder.UseInMemoryStore() : builder.UseSqliteStore(room.StoreFile);
        services?.Invoke(collection);
        _provider = collection.BuildServiceProvider();
        Room = room;
    }

    public TestRoom Room { get; }

    public RecordingLogs Logs { get; } = new();

    public ITrackedProcessLauncher Launcher => _provider.GetRequiredService<ITrackedProcessLauncher>();

    public IKillCoordinator Kills => _provider.GetRequiredService<IKillCoordinator>();

    public IProcessRegistry Registry => _provider.GetRequiredService<IProcessRegistry>();

    public IRunEvidence Evidence => _provider.GetRequiredService<IRunEvidence>();

    public IEnumerable<IShutdownPhase> Phases => _provider.GetServices<IShutdownPhase>();

    public ICleanupDebts Debts => _provider.GetRequiredService<ICleanupDebts>();

    /// <summary>What a generic host starts and stops.</summary>
    public IHostedService Hosted => _provider.GetServices<IHostedService>().Single();

    public IProcessStore Store => _provider.GetRequiredService<IProcessStore>();

    /// <summary>A request whose program stands in the test's room.</summary>
    public LaunchRequest Request(string program, params string[] arguments) => new(program, arguments) { WorkingDirectory = Room.Path };

    /// <summary>One of the programs beside the tests.</summary>
    public LaunchRequest Program(string name, params string[] arguments) =>
        Request("perl", [Path.Combine(AppContext.BaseDirectory, "programs", name + ".pl"), .. arguments]);

    public LaunchRequest Shell(string script) => Request("/bin/sh", "-c", script);

    public Task<ITrackedProcess> LaunchAsync(LaunchRequest request) => Launcher.LaunchAsync(request);

    /// <summary>Launches and waits for the program's word that it is where the test wants it.</summary>
    public async Task<ITrackedProcess> LaunchReadyAsync(LaunchRequest request, string word = "ready")
    {
        ITrackedProcess process = await Launcher.LaunchAsync(request);
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (line.Text == word)
            {
                return process;
            }
        }

        throw new InvalidOperationException($"{request.Program} ended without saying '{word}': {(await process.WaitForExitAsync()).StandardError}");
    }

    public static KillRequest Emergency(string reason = "stuck in a test") =>
        new(reason, WorkflowPrincipal.LocalUser()) { Mode = KillMode.Emergency };

    public static KillRequest Graceful(double? seconds = null, string reason = "stuck in a test") =>
        new(reason, WorkflowPrincipal.LocalUser()) { GracePeriod = seconds is null ? null : TimeSpan.FromSeconds(seconds.Value) };

    public async Task<RunRecord> RowAsync(RunId runId) =>
        await Registry.FindAsync(runId) ?? throw new InvalidOperationException($"{runId} has no row");

    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(RunId runId) => await Store.ReadAuditAsync(new AuditQuery { RunId = runId });

    public async Task<IReadOnlyList<RunRecord>> AllRowsAsync()
    {
        await Store.InitializeAsync();
        return (await Store.SearchRunsAsync(new RunQuery { IncludeFinished = true })).Runs;
    }

    /// <summary>Ends what a failed test left running.</summary>
    public async Task EndAllAsync()
    {
        foreach (RunRecord row in (await Registry.SearchAsync(new RunQuery())).Runs)
        {
            await Kills.KillAsync(row.RunId, Emergency("end of the test"));
        }
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}
