namespace WorkflowLifecycle;

/// <summary>The names of the cleaners that come with the family.</summary>
public static class CleanerNames
{
    /// <summary>A temp directory of the run's own.</summary>
    public const string Temp = "temp";

    /// <summary>The working directory.</summary>
    public const string WorkDirectory = "work-directory";

    /// <summary>Locks, worktrees and interrupted operations of a git repository.</summary>
    public const string Git = "git";

    /// <summary>POSIX shared memory and named semaphores.</summary>
    public const string SharedMemory = "shared-memory";

    /// <summary>System V shared memory, semaphores and message queues.</summary>
    public const string SystemVIpc = "sysv-ipc";

    /// <summary>Listening ports and Unix sockets.</summary>
    public const string Sockets = "sockets";

    /// <summary>Containers with the run's labels.</summary>
    public const string Containers = "containers";

    /// <summary>PID and lock files that name a dead process.</summary>
    public const string LockFiles = "lock-files";

    /// <summary>The difference between launch and end.</summary>
    public const string Leaks = "leaks";
}
