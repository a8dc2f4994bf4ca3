namespace WorkflowLifecycle;

/// <summary>The durable row of a run (table <c>workflow_processes</c>).</summary>
public sealed record RunRecord
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Internal id, 32 hexadecimal digits: names the run's directory and cgroup. Never derived from <see cref="RunId"/>.</summary>
    public required string InternalId { get; init; }

    /// <summary>Version for compare-and-set. 0 = not stored yet; the store writes 1 and counts up.</summary>
    public long Version { get; init; }

    /// <summary>Where the run stands.</summary>
    public required RunState State { get; init; }

    /// <summary>Name of the workflow, for searching.</summary>
    public string? Workflow { get; init; }

    /// <summary>Session of the caller, for searching.</summary>
    public string? Session { get; init; }

    /// <summary>A label. Never authority: see <see cref="OwnerSubject"/>.</summary>
    public string? Owner { get; init; }

    /// <summary>The subject who owns the run, taken from the launching principal's owner claim; null when nobody does.</summary>
    public string? OwnerSubject { get; init; }

    /// <summary>The host that launched the run, by its name: <c>host:executor-1</c>.</summary>
    public required string LaunchedBy { get; init; }

    /// <summary>The operating system's user as whom that host runs: <c>os:1000</c>.</summary>
    public string HostUser { get; init; } = string.Empty;

    /// <summary>The run under which this one was launched; a kill of it cascades to this one.</summary>
    public RunId? ParentRun { get; init; }

    /// <summary>The program as resolved (absolute path), or as asked for when it was not found.</summary>
    public required string Program { get; init; }

    /// <summary>The arguments, redacted before they are stored.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The working directory (absolute).</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>What happens to the tree when its host dies.</summary>
    public OnHostExit OnHostExit { get; init; }

    /// <summary>Where the program's output goes.</summary>
    public OutputMode Output { get; init; }

    /// <summary>By what the run was declared to become ready.</summary>
    public ReadinessSource Readiness { get; init; }

    /// <summary>The shutdown phases of the host that launched it, by name: whoever ends the run says which of them it does not have.</summary>
    public IReadOnlyList<string> Phases { get; init; } = [];

    /// <summary>How a graceful kill tells the program to leave; null is SIGTERM to the whole tree.</summary>
    public TerminationLadder? Termination { get; init; }

    /// <summary>What becomes of processes that are still there when the program has exited by itself.</summary>
    public LeftoverPolicy Leftovers { get; init; }

    /// <summary>The names of the cleaners that run at its end. A process that does not have one leaves its part as a debt.</summary>
    public IReadOnlyList<string> Cleaners { get; init; } = [];

    /// <summary>What was made or noted for it before its program started.</summary>
    public IReadOnlyList<RunResource> Resources { get; init; } = [];

    /// <summary>The process that launched the run and watches it.</summary>
    public required ProcessIdentity Host { get; init; }

    /// <summary>The root program's process; null until it runs.</summary>
    public ProcessIdentity? Root { get; init; }

    /// <summary>How and where the tree is held; null until it is.</summary>
    public ContainmentRecord? Containment { get; init; }

    /// <summary>When the row was committed (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the program executed its first instruction (UTC); null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the run was first seen ready (UTC); null before.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>When the end of the whole tree was seen (UTC); null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The last status text that the program sent; from the exit of the main program on, what that left behind. Null if none.</summary>
    public string? Status { get; init; }

    /// <summary>Exit code of the root program; null while it runs, when a signal ended it, and when it is unknown.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Number of the signal that ended the root program; null otherwise.</summary>
    public int? ExitSignal { get; init; }

    /// <summary>What proves the end.</summary>
    public EndProof Proof { get; init; }

    /// <summary>The kill under way, or the last one; null if none was ever asked for.</summary>
    public KillId? KillId { get; init; }

    /// <summary>Why the launch failed, or why the end is not proven; null otherwise.</summary>
    public string? Failure { get; init; }
}
