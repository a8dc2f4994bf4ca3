using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Leaks;

/// <summary>A run as the leak detection is told of it: its program is a process of its own that began with it.</summary>
public abstract class LeakTest : IDisposable
{
    private readonly Child _program = Child.Sleeping();

    internal TemporaryDirectory Place { get; } = new();

    internal IResourceProvider Create(string? runtimeDirectory = null, TimeProvider? timeProvider = null) =>
        LeakDetection.Create(new LeakDetectionOptions { Ceiling = TimeSpan.FromSeconds(5) }, new ContainmentSettings { RuntimeDirectory = runtimeDirectory ?? Place.Path }, timeProvider ?? TimeProvider.System);

    internal RunContexts NewRun(int? program = null)
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        return new RunContexts(run.Row.CreatedAt) { Row = run.Row with { Root = Machine.Read().Identify(program ?? _program.Pid) } };
    }

    internal static async Task LaunchAsync(IResourceProvider leaks, RunContexts run) =>
        await leaks.ProvideAsync(new ProvisionContext { Run = run.Row, Request = new LaunchRequest("sleep", "60") });

    internal static async Task<RunResource[]> EndAsync(IResourceProvider leaks, RunContexts run) => [.. await leaks.DiscoverAsync(run.After([]))];

    public virtual void Dispose()
    {
        _program.Dispose();
        Place.Dispose();
        GC.SuppressFinalize(this);
    }
}
