namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>The three kinds of System V IPC.</summary>
internal enum SystemVKind
{
    /// <summary>A segment of shared memory.</summary>
    Segment = 0,

    /// <summary>A set of semaphores.</summary>
    Semaphores = 1,

    /// <summary>A message queue.</summary>
    Queue = 2,
}
