using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>One process with the whole engine in it: a host, or a command that leaves again. Its clock stands from its death on, so that nothing of it happens any more.</summary>
internal sealed class SimulatedHost
{
    private readonly ServiceProvider _services;

    public SimulatedHost(World world, string name, bool isCommand)
    {
        World = world;
        Name = name;
        IsCommand = isCommand;
        Self = world.Machine.NewProcess();
        Time = new FakeTimeProvider(world.Machine.Now);
        Life = new Lifeline(this, world.Turns, world.Machine.Gate, () => world.Bury(this));
        _services = Build();
    }

    public World World { get; }

    public string Name { get; }

    public bool IsCommand { get; }

    public ProcessIdentity Self { get; }

    public FakeTimeProvider Time { get; }

    public Lifeline Life { get; }

    public bool IsDead => Life.IsDead;

    public ITrackedProcessLauncher Launcher => _services.GetRequiredService<ITrackedProcessLauncher>();

    public IKillCoordinator Kills => _services.GetRequiredService<IKillCoordinator>();

    public IProcessRegistry Registry => _services.GetRequiredService<IProcessRegistry>();

    public IRunRecovery Recovery => _services.GetRequiredService<IRunRecovery>();

    public IEnumerable<IHostedService> Services => _services.GetServices<IHostedService>();

    /// <summary>What the kernel takes back of a process that is gone. Nothing else of it is disposed: it had no time for that.</summary>
    public void Reclaim()
    {
        _services.GetRequiredService<StoreHost>().Dispose();
        _services.GetRequiredService<LifecycleTelemetry>().Dispose();
    }

    private ServiceProvider Build()
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<ILoggerFactory>(new HostLog(this));
        services.AddSingleton<IProcessStore>(new HostStore(World.Store, this));
        services.AddSingleton<IContainmentPlatform>(new SimulatedPlatform(World.Machine, this));

        // Without the phases that look for work in flight: there is none here, and each look is a thread.
        services.AddSingleton<BuiltInPhases>();
        services.AddWorkflowLifecycle(options =>
        {
            options.HostName = Name;
            options.RuntimeDirectory = World.Machine.Root;
            options.RecoverOnStart = !IsCommand;
            options.TerminateCeiling = TimeSpan.FromSeconds(2);
        });
        return services.BuildServiceProvider();
    }
}
