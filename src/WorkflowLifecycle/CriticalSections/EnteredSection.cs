namespace WorkflowLifecycle.CriticalSections;

/// <summary>A critical section that code of this host is in; disposing leaves it, once.</summary>
internal sealed class EnteredSection(IDisposable held, Action left) : IAsyncDisposable
{
    private int _isLeft;

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isLeft, 1) == 0)
        {
            left();
            held.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
