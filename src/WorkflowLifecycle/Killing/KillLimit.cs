namespace WorkflowLifecycle.Killing;

/// <summary>A ceiling that also ends when another token fires; harmless to that token once it is disposed.</summary>
internal sealed class KillLimit : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenRegistration _linked;

    public KillLimit(TimeSpan ceiling, TimeProvider timeProvider, CancellationToken linked)
    {
        _timer = new CancellationTokenSource(ceiling, timeProvider);
        _linked = linked.Register(static timer => ((CancellationTokenSource)timer!).Cancel(), _timer);
    }

    public CancellationToken Token => _timer.Token;

    public void Dispose()
    {
        // First the registration: from here on nobody cancels what is about to be gone.
        _linked.Dispose();
        _timer.Dispose();
    }
}
