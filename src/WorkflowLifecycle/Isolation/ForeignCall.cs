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

        Work = Start(() => call(told.Token)).Unwrap();
    }

    // Not of the pool, also where there is no thread: a few calls that block there would hold up what comes after an await of any kill.
    private static Task<Task<T>> Start(Func<Task<T>> call)
    {
        try
        {
            return Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        catch (TaskSchedulerException)
        {
            Task<Task<T>> kept = new(call, TaskCreationOptions.DenyChildAttach);
            if (!ThreadReserve.TryRun(kept))
            {
                throw;
            }

            return kept;
        }
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
