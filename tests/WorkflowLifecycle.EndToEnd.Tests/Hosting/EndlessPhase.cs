namespace WorkflowLifecycle.EndToEnd.Tests.Hosting;

/// <summary>A phase that has something in flight for ever; or that does not even stop when it is told to.</summary>
internal sealed class EndlessPhase(string name, bool hangs) : IShutdownPhase
{
    public string Name => name;

    public ShutdownStage Stage => ShutdownStage.Quiesce;

    public TimeSpan Ceiling => TimeSpan.FromSeconds(20);

    public ValueTask<IReadOnlyList<InFlightWork>> InspectAsync(ShutdownContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<InFlightWork>>(cancellationToken.IsCancellationRequested ? [] : [new InFlightWork("an upload")]);

    public Task ExecuteAsync(ShutdownContext context, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, hangs ? CancellationToken.None : cancellationToken);
}
