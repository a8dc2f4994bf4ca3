namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Work on a file system: it may block for as long as the disk or a server pleases, so it gets a thread of its own, and nobody waits longer than they want to.</summary>
internal static class BlockingWork
{
    public static Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => work(cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellationToken);
}
