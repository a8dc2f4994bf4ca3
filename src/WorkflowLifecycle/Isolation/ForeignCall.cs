namespace WorkflowLifecycle.Isolation;

/// <summary>A call into code that is not ours, on a thread of its own until it first waits: it may block, throw or hang, there and when it is told to stop.</summary>
internal sealed class ForeignCall<T>
{
    private readonly Func<Task> _tell;

    public ForeignCall(Func<CancellationToken, Task<T>> call)
    {
        // Without a timer there is nothing to dispose, and the call may look at its token for as long as it likes.
        CancellationTokenSource told = new();
        _tell = told.CancelAsync;

        // Not of the pool: a few calls that block there would hold up what comes after an await of any kill.
        Work = Task.Factory.StartNew(() => call(told.Token), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
    }

    /// <summary>The call itself.</summary>
    public Task<T> Work { get; }

    /// <summary>Waits for it until a token fires.</summary>
    /// <exception cref="OperationCanceledException">The token fired first; or the call says so of itself.</exception>
    public Task<T> WaitAsync(CancellationToken end) => Work.WaitAsync(end);

    /// <summary>Tells it to stop, unless it is over, and takes what it throws later: that is nobody's business any more, but must not end the host.</summary>
    public void Abandon()
    {
        if (!Work.IsCompleted)
        {
            _ = _tell().Observed();
        }

        _ = Work.Observed();
    }
}
