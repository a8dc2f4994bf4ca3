using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Waiting;

/// <summary>Waits for the exit of one process, by its pidfd: the kernel says so at once, also where we are not its parent.</summary>
internal sealed class ExitWatch : IDisposable
{
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FileDescriptor _process;
    private readonly Lock _lock = new();
    private readonly long _watch;
    private bool _forgotten;

    /// <summary>Begins, and takes over the descriptor.</summary>
    public ExitWatch(FileDescriptor process)
    {
        _process = process;
        lock (_lock)
        {
            _watch = DescriptorLoop.Shared.Watch(process, OnExited);
        }
    }

    /// <summary>Begins to wait for whoever has that number now; null when nobody has, or the kernel has no pidfds.</summary>
    public static ExitWatch? Begin(int pid) => PidDescriptor.Open(pid, out _) is { } process ? new ExitWatch(process) : null;

    /// <summary>Completes when the process has exited, collected or not.</summary>
    public Task Exited => _exited.Task;

    public void Dispose() => Forget();

    private void OnExited()
    {
        _exited.TrySetResult();
        Forget();
    }

    private void Forget()
    {
        lock (_lock)
        {
            if (!_forgotten)
            {
                _forgotten = true;
                DescriptorLoop.Shared.Forget(_process, _watch);
                _process.Dispose();
            }
        }
    }
}
