namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>Items that several threads read, each of them once.</summary>
internal sealed class Reading(int count, Action<int> read, Deadline deadline)
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next = -1;
    private int _done;
    private volatile bool _hasFailed;

    /// <summary>How many were read.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>True when no item is left to begin with.</summary>
    public bool IsHandedOut => Volatile.Read(ref _next) >= count - 1;

    /// <summary>True when all were read.</summary>
    public bool IsWhole => Finished.IsCompleted && !_hasFailed;

    /// <summary>Completes when there is nothing to wait for any more.</summary>
    public Task Finished => count == 0 ? Task.CompletedTask : _finished.Task;

    /// <summary>Reads until nothing is left to begin with or the time is up. Does not throw.</summary>
    public void Run()
    {
        while (!deadline.IsOver && Interlocked.Increment(ref _next) is var item && item < count)
        {
            try
            {
                read(item);
            }
            catch (Exception)
            {
                // Nobody is above this thread, and one process that cannot be read must not cost the others.
                _hasFailed = true;
            }

            if (Interlocked.Increment(ref _done) == count)
            {
                _finished.TrySetResult();
            }
        }
    }
}
