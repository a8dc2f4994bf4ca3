namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown;

/// <summary>A phase that does what a test says.</summary>
internal sealed class ScriptedPhase(string name, ShutdownStage stage = ShutdownStage.Quiesce) : IShutdownPhase
{
    private int _executions;

    public string Name { get; } = name;

    public ShutdownStage Stage { get; } = stage;

    public TimeSpan Ceiling { get; init; } = TimeSpan.FromSeconds(1);

    public Func<ShutdownContext, IReadOnlyList<InFlightWork>> Look { get; init; } = static _ => [];

    public Func<ShutdownContext, CancellationToken, Task> Execute { get; init; } = static (_, _) => Task.CompletedTask;

    public int Executions => _executions;

    public ValueTask<IReadOnlyList<InFlightWork>> InspectAsync(ShutdownContext context, CancellationToken cancellationToken = default) => new(Look(context));

    public Task ExecuteAsync(ShutdownContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _executions);
        return Execute(context, cancellationToken);
    }
}
