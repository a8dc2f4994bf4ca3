namespace WorkflowLifecycle.Processes;

/// <summary>What on this machine says to be of one run.</summary>
public sealed record RunTraces
{
    /// <summary>The run's internal id; null for processes that nothing but their environment says to be of a run.</summary>
    public string? InternalId { get; init; }

    /// <summary>The run's directory, by what it says of itself; null when there is none below our runtime root.</summary>
    public RunRemains? Remains { get; init; }

    /// <summary>Where the process is that launched it.</summary>
    public ProcessPresence Host { get; init; } = ProcessPresence.Unknown;

    /// <summary>True when the directory holds the intent of a kill that no store has taken yet.</summary>
    public bool HoldsIntent { get; init; }

    /// <summary>The inode of the run's cgroup; 0 when there is none.</summary>
    public ulong CgroupInode { get; init; }

    /// <summary>The run's cgroup; null when there is none.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>All of it.</summary>
    public IReadOnlyList<Trace> Things { get; init; } = [];
}
