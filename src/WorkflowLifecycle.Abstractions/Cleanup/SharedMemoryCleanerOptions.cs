namespace WorkflowLifecycle;

/// <summary>
/// Options of the cleaner <c>shared-memory</c>. It removes the segments and semaphores whose name begins with the one that each program finds in
/// <c>WORKFLOW_LIFECYCLE_SHARED_MEMORY</c> (<c>wfl-</c> and 32 hexadecimal digits, its run's alone), and tells what else a run leaves.
/// </summary>
public sealed class SharedMemoryCleanerOptions
{
    /// <summary>The longest that it may take at the end of a run. Above 0, at most 24 h. Default: 2 s.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause between two looks at a run that goes on, from 250 ms to 1 h; see <see cref="IResourceWatcher.LookInterval"/>. Default: 5 s.</summary>
    public TimeSpan LookInterval { get; set; } = TimeSpan.FromSeconds(5);
}
