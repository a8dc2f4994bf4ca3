using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>The whole engine over a store in memory, a clock that stands, and substitutes in the place of the operating system.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly ConcurrentDictionary<RunId, Held> _held = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<ServiceProvider> _services;
    private readonly Action<IServiceCollection> _configure;

    public Engine(Action<IServiceCollection>? configure = null)
    {
        _configure = configure ?? (static _ => { });
        Store = new ScriptedStore(Log);
        Platform.Self.Returns(Sample.Host);
        Platform.User.Returns(new LocalUser(1000, "jane", false));
        Platform.RuntimeRoot.Returns(System.IO.Path.Combine(_directory.Path, "runtime"));
        Platform.Look(default!).ReturnsForAnyArgs(ProcessPresence.Present);
        Platform.Open(default!).ReturnsForAnyArgs(call => HeldOf(call.Arg<RunRecord>().RunId).Containment);
        Platform.ProbeAsync(default).ReturnsForAnyArgs(new ContainmentAbility { Strength = ContainmentStrength.CgroupAndReaper, Why = "There is none better." });
        Platform.Resolve(default!).ReturnsForAnyArgs(call => call.Arg<ContainmentSpec>());
        _services = new Lazy<ServiceProvider>(Build);
    }

    public static KillRequest Request { get; } = new("stuck since noon", WorkflowPrincipal.Host("executor"));

    public static KillRequest Emergency { get; } = Request with { Mode = KillMode.Emergency };

    public CallLog Log { get; } = new();

    public ScriptedStore Store { get; }

    public FakeTimeProvider Time { get; } = new(Sample.Start);

    public IContainmentPlatform Platform { get; } = Substitute.For<IContainmentPlatform>();

    public string Directory => _directory.Path;

    /// <summary>What is in the emergency spool, oldest first.</summary>
    public IReadOnlyList<SpoolEntry> Spooled => new EmergencySpool(Platform.RuntimeRoot).Read().Entries;

    public IKillCoordinator Kills => Get<IKillCoordinator>();

    public IProcessRegistry Registry => Get<IProcessRegistry>();

    public ITrackedProcessLauncher Launcher => Get<ITrackedProcessLauncher>();

    public T Get<T>()
        where T : notnull => _services.Value.GetRequiredService<T>();

    public Held HeldOf(RunId runId) => _held.GetOrAdd(runId, _ => new Held(Log));

    /// <summary>Puts a run into the store, as it is.</summary>
    public async Task<(RunRecord Run, Held Held)> AddAsync(string id = "run_1", Func<RunRecord, RunRecord>? change = null)
    {
        RunRecord run = Sample.Run(id, _directory.Path);
        CommitResult result = await Store.Inner.CommitAsync(new StoreCommit { AddRun = change?.Invoke(run) ?? run }, CommitDurability.Machine);
        Assert.True(result.IsCommitted);
        return (result.Run!, HeldOf(run.RunId));
    }

    public async Task<RunRecord> RowAsync(RunId runId) => (await Store.Inner.FindRunAsync(runId))!;

    public async Task<IReadOnlyList<AuditEntry>> AuditAsync() => await Store.Inner.ReadAuditAsync(new AuditQuery());

    /// <summary>Waits, in real time, for what another thread is about to do.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 5000 && !condition(); i++)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.True(condition(), "It did not come to that within ten seconds.");
    }

    /// <summary>Lets the clock run until a task is over.</summary>
    public async Task<T> PlayAsync<T>(Task<T> task, TimeSpan step)
    {
        for (int i = 0; i < 5000 && !task.IsCompleted; i++)
        {
            Time.Advance(step);
            await Task.WhenAny(task, Task.Delay(2, TestContext.Current.CancellationToken));
        }

        Assert.True(task.IsCompleted, "It is not over, however long the clock runs.");
        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        if (_services.IsValueCreated)
        {
            await _services.Value.DisposeAsync();
        }

        await DeleteAsync();
        Assert.Empty(Store.OutsideTheTable);
    }

    // What waits for a store that never comes back may still be written down while the directory goes.
    private async Task DeleteAsync()
    {
        for (int tries = 0; ; tries++)
        {
            try
            {
                _directory.Dispose();
                return;
            }
            catch (IOException) when (tries < 50)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private ServiceProvider Build()
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IProcessStore>(Store);
        services.AddSingleton(Platform);
        services.AddWorkflowLifecycle(options =>
        {
            options.HostName = "executor";

            // What happens is what the test asks for.
            options.RecoverOnStart = false;
        });
        _configure(services);
        return services.BuildServiceProvider();
    }
}
