namespace WorkflowLifecycle.Processes;

/// <summary>A run directory that is still there, by what it says of itself. The program could write in it: hold it against the row before anything is done.</summary>
public sealed record RunRemains
{
    /// <summary>The run that it says to be of.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The name of the directory.</summary>
    public required string InternalId { get; init; }

    /// <summary>The directory, and the run's cgroup if it says so and the name of that is right.</summary>
    public required ContainmentRecord Containment { get; init; }
}
