namespace WorkflowLifecycle;

/// <summary>Options of the cleaner <c>sockets</c>.</summary>
public sealed class SocketCleanerOptions
{
    /// <summary>The longest that it may take at the end of a run. Above 0, at most 24 h. Default: 2 s.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause between two looks at a run that goes on, from 250 ms to 1 h; see <see cref="IResourceWatcher.LookInterval"/>. Default: 5 s.</summary>
    public TimeSpan LookInterval { get; set; } = TimeSpan.FromSeconds(5);
}
