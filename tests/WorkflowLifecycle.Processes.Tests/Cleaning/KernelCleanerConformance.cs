using WorkflowLifecycle.Processes.Tests.Support;
using WorkflowLifecycle.Testing.Conformance;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>The suite with a real program that makes a real thing in the kernel.</summary>
public abstract class KernelCleanerConformance : ResourceCleanerConformance, IDisposable
{
    private readonly List<Child> _programs = [];

    public void Dispose()
    {
        _programs.ForEach(program => program.Dispose());
        RemoveAll();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a program of a run that has one resource.</summary>
    private protected abstract Task<Child> StartAsync(RunRecord run);

    /// <summary>Takes away what a test that failed left.</summary>
    private protected abstract void RemoveAll();

    protected override ValueTask<CleanupContext> CreateContextAsync() => new(new RunContexts(TimeProvider.System.GetUtcNow()).After([]));

    protected override async ValueTask<CleanupContext> MakeResourceAsync(IResourceCleaner cleaner, CleanupContext context)
    {
        Child program = await StartOneAsync(context.Run);
        IReadOnlyList<RunResource> known = await cleaner.DiscoverAsync(Living(context, program), Aborted);
        program.End();
        await program.WaitAsync();
        return context with { Run = context.Run with { EndedAt = TimeProvider.System.GetUtcNow() }, Known = known };
    }

    protected override async ValueTask<CleanupContext?> MakeWatchedAsync(IResourceCleaner cleaner, CleanupContext context) => Living(context, await StartOneAsync(context.Run));

    private async Task<Child> StartOneAsync(RunRecord run)
    {
        Child program = await StartAsync(run);
        _programs.Add(program);
        return program;
    }

    private static CleanupContext Living(CleanupContext context, Child program) =>
        new() { Run = context.Run with { EndedAt = null }, Moment = CleanupMoment.BeforeEnd, Mode = KillMode.Graceful, Processes = [RunContexts.Snapshot(program.Pid)] };
}
