namespace WorkflowLifecycle.Tests.Shutdown;

/// <summary>A phase that does what a test says.</summary>
internal sealed class ScriptedPhase(string name, ShutdownStage stage = ShutdownStage.Quiesce) : IShutdownPhase
{
    public string Name { get; } = name;

    public ShutdownStage Stage { get; } = stage;

    public TimeSpan Ceiling { get; init; } = TimeSpan.FromSeconds(1);

    public Func<CancellationToken, Task<IReadOnlyList<InFlightWork>>> Look { get; init; } = static _ => Task.FromResult<IReadOnlyList<InFlightWork>>([]);

    public Func<CancellationToken, Task> Execute { get; init; } = static _ => Task.CompletedTask;

    public ValueTask<IReadOnlyList<InFlightWork>> InspectAsync(ShutdownContext context, CancellationToken cancellationToken = default) => new(Look(cancellationToken));

    public Task ExecuteAsync(ShutdownContext context, CancellationToken cancellationToken) => Execute(cancellationToken);
}
