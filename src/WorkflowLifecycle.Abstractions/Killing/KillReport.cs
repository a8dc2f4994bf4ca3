namespace WorkflowLifecycle;

/// <summary>The receipt of a kill: what was there, what was done, what remains.</summary>
public sealed record KillReport
{
    /// <summary>Version of this shape; it grows by addition only.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The kill; for a refusal or a run that was over before, the attempt.</summary>
    public required KillId KillId { get; init; }

    /// <summary>What became of it.</summary>
    public required KillOutcome Outcome { get; init; }

    /// <summary>The mode in the end: an escalated graceful kill is an emergency.</summary>
    public required KillMode Mode { get; init; }

    /// <summary>How firmly the tree was held.</summary>
    public ContainmentStrength Strength { get; init; }

    /// <summary>What proves the end.</summary>
    public EndProof Proof { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The subject who asked.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>From the durable intent to the answer, in milliseconds.</summary>
    public double DurationMs { get; init; }

    /// <summary>The steps in order.</summary>
    public IReadOnlyList<KillStep> Steps { get; init => field = value ?? []; } = [];

    /// <summary>The shutdown phases that had their turn, with what they waited for. In an emergency nothing is waited for.</summary>
    public IReadOnlyList<PhaseReport> Phases { get; init => field = value ?? []; } = [];

    /// <summary>The processes that were there before the first signal. In an emergency the look is bounded; see <see cref="ProcessesTruncated"/>.</summary>
    public IReadOnlyList<ProcessSnapshot> ProcessesBefore { get; init => field = value ?? []; } = [];

    /// <summary>True when the look before the kill was cut short.</summary>
    public bool ProcessesTruncated { get; init; }

    /// <summary>Processes of the run that are still there.</summary>
    public IReadOnlyList<ProcessSnapshot> Survivors { get; init => field = value ?? []; } = [];

    /// <summary>Before and after, per kind of resource.</summary>
    public IReadOnlyList<CleanupResult> Cleanup { get; init => field = value ?? []; } = [];

    /// <summary>Ways out of the containment that were open at this strength.</summary>
    public IReadOnlyList<string> OpenExits { get; init => field = value ?? []; } = [];

    /// <summary>Exit code of the root program; null when a signal ended it or nobody saw it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the root program; null otherwise.</summary>
    public int? ExitSignal { get; init; }

    /// <summary>Reports of the child runs that were ended with this one, each with those below it inside. In the answer to a request; what is stored is each by itself.</summary>
    public IReadOnlyList<KillReport> ChildRuns { get; init => field = value ?? []; } = [];

    /// <summary>What to know or to do next, in one or two sentences; null if nothing.</summary>
    public string? Message { get; init; }
}
