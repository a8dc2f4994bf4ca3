namespace WorkflowLifecycle.Processes;

/// <summary>A run directory that is still there, by what it says of itself. The program could write in it: hold it against the row before anything is done.</summary>
public sealed record RunRemains
{
    /// <summary>The run that it says to be of.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The name of the directory.</summary>
    public required string InternalId { get; init; }

    /// <summary>Where its row is, as in <see cref="IProcessStore.Location"/>; null when it does not say.</summary>
    public string? Store { get; init; }

    /// <summary>The host that launched it, by its name as in <see cref="RunRecord.LaunchedBy"/>; null when it does not say.</summary>
    public string? LaunchedBy { get; init; }

    /// <summary>The run under which it was launched; null for none, or when it does not say.</summary>
    public RunId? ParentRun { get; init; }

    /// <summary>The process that launched it; null when it does not say.</summary>
    public ProcessIdentity? Host { get; init; }

    /// <summary>The process that it says to be its shim, which is no reason to signal that; null when it does not say.</summary>
    public ProcessIdentity? Shim { get; init; }

    /// <summary>The directory, and the run's cgroup if it says so and the name of that is right.</summary>
    public required ContainmentRecord Containment { get; init; }
}
