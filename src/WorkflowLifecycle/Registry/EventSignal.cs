namespace WorkflowLifecycle.Registry;

/// <summary>Wakes those of this process who wait for commits when it committed something, so that they need not wait for their next look at the store.</summary>
internal sealed class EventSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _nextDebt = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next commit. Take it before reading the store, or a commit in between goes unnoticed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Completes at the next commit that has new debts. Take it likewise.</summary>
    public Task NextDebt => Volatile.Read(ref _nextDebt).Task;

    public void Raise() => Complete(ref _next);

    public void Raise(StoreCommit commit)
    {
        Raise();
        if (commit.AddDebts.Count > 0)
        {
            Complete(ref _nextDebt);
        }
    }

    private static void Complete(ref TaskCompletionSource waited) =>
        Interlocked.Exchange(ref waited, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
