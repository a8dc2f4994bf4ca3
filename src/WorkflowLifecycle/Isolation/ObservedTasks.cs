namespace WorkflowLifecycle.Isolation;

/// <summary>For work that may be left behind: what it throws later is nobody's business any more, but must not be told as forgotten.</summary>
internal static class ObservedTasks
{
    public static Task<T> Observed<T>(this Task<T> task)
    {
        _ = ((Task)task).Observed();
        return task;
    }

    public static Task Observed(this Task task)
    {
        _ = task.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return task;
    }
}
