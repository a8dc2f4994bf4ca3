namespace WorkflowLifecycle;

/// <summary>Settings of the cleaner <c>containers</c>; see docs/cleaning-containers.md.</summary>
public sealed class ContainerCleanerOptions
{
    /// <summary>The longest it may take at the end of a run. Above 0, at most 24 hours. Default 20 s.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The clients that are asked. Default: none, which means <c>docker</c> and <c>podman</c> where they are in the <c>PATH</c> of this process or in a
    /// usual directory, belong to root or to this user, and can be written by nobody else.
    /// </summary>
    public IList<ContainerClient> Clients { get; } = [];
}
