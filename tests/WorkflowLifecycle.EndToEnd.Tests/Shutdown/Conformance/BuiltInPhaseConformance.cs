using WorkflowLifecycle.Testing.Conformance;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Conformance;

/// <summary>The phases that every host has, held to the contract of phases, on real runs.</summary>
public abstract class BuiltInPhaseConformance(string name, CriticalSectionKind kind) : ShutdownPhaseConformance, IAsyncLifetime
{
    private readonly TestRoom _room = new();
    private Engine? _engine;
    private ITrackedProcess? _process;

    private Engine Engine => _engine ??= new Engine(_room);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<RunRecord> rows = await Engine.AllRowsAsync();
        await Engine.EndAllAsync();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await Engine.DisposeAsync();
        foreach (RunRecord row in rows)
        {
            Suite.Made.Add("wfl-" + row.InternalId);
        }

        Assert.Empty(await _room.CleanAsync(rows));
        GC.SuppressFinalize(this);
    }

    protected override IShutdownPhase CreatePhase() => Engine.Phases.Single(phase => phase.Name == name);

    protected override async ValueTask<ShutdownContext> CreateContextAsync()
    {
        _process = await Engine.LaunchReadyAsync(Engine.Shell("echo ready; exec sleep 1000"));
        RunId runId = _process.RunId;
        return new ShutdownContext
        {
            Run = await Engine.RowAsync(runId),
            KillId = KillId.New(TimeProvider.System),
            Processes = () => Engine.Registry.InspectAsync(runId).GetAwaiter().GetResult(),
        };
    }

    protected override async ValueTask<IAsyncDisposable?> BeginWorkAsync(ShutdownContext context) =>
        await _process!.EnterCriticalSectionAsync(kind, "conformance");
}
