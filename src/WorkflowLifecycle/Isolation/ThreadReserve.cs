using System.Collections.Concurrent;

namespace WorkflowLifecycle.Isolation;

/// <summary>
/// One thread that is kept for the hour in which this process gets no other: a run that uses up the processes of its user uses up the threads of its
/// host too. It takes one call after another; a call that hangs keeps it, and whoever waits for it has a limit.
/// </summary>
internal static class ThreadReserve
{
    private static readonly BlockingCollection<Task> _calls = [];
    private static readonly Lock _lock = new();
    private static bool _isKept;

    /// <summary>Keeps the thread from now on. Does not throw: a process that has none now may have one the next time.</summary>
    public static void Keep()
    {
        lock (_lock)
        {
            if (_isKept)
            {
                return;
            }

            try
            {
                new Thread(Work) { IsBackground = true, Name = "workflow-lifecycle-reserve" }.Start();
                _isKept = true;
            }
            catch (OutOfMemoryException)
            {
                // So the runtime says that there is no thread.
                return;
            }
        }
    }

    /// <summary>Has the thread carry out a call that was not started; false when there is no such thread.</summary>
    public static bool TryRun(Task call)
    {
        lock (_lock)
        {
            if (_isKept)
            {
                _calls.Add(call);
            }

            return _isKept;
        }
    }

    private static void Work()
    {
        foreach (Task call in _calls.GetConsumingEnumerable())
        {
            call.RunSynchronously(TaskScheduler.Default);
        }
    }
}
