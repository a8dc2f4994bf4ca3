namespace WorkflowLifecycle.Sqlite;

/// <summary>
/// A piece of writing that waits for the writer. Exactly one of three comes first: the writer begins it, its token fires, its time is up. In the last
/// two cases it is never executed. A token that fires later ends only the caller's wait.
/// </summary>
internal sealed class WriteRequest : IDisposable
{
    private readonly TaskCompletionSource<object> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _cancellation;
    private readonly ITimer _deadline;
    private readonly Func<StoreUnavailableException> _expired;
    private int _claimed;

    public WriteRequest(
        Func<SqliteSession, object> work,
        CommitDurability durability,
        TimeSpan busyTimeout,
        Func<StoreUnavailableException> expired,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        Work = work;
        Durability = durability;
        _expired = expired;
        _deadline = timeProvider.CreateTimer(static request => ((WriteRequest)request!).Expire(), this, busyTimeout, Timeout.InfiniteTimeSpan);
        _cancellation = cancellationToken.UnsafeRegister(static (request, token) => ((WriteRequest)request!).Cancel(token), this);
    }

    /// <summary>What is done inside the writer's transaction; its result is the answer. All of it or nothing, by a savepoint of its own.</summary>
    public Func<SqliteSession, object> Work { get; }

    public CommitDurability Durability { get; }

    /// <summary>True once nobody will begin it any more.</summary>
    public bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    public Task<object> Answer => _answer.Task;

    /// <summary>True for the one who may go on with it.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    public void Complete(object result) => _answer.TrySetResult(result);

    public void Fail(Exception fault) => _answer.TrySetException(fault);

    public void Dispose()
    {
        _deadline.Dispose();
        _cancellation.Dispose();
    }

    private void Cancel(CancellationToken token)
    {
        TryClaim();
        _answer.TrySetCanceled(token);
    }

    private void Expire()
    {
        if (TryClaim())
        {
            _answer.TrySetException(_expired());
        }
    }
}
