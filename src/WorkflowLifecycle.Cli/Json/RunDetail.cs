namespace WorkflowLifecycle.Cli.Json;

/// <summary>A run as <c>show --json</c> prints it.</summary>
internal sealed record RunDetail
{
    public int SchemaVersion { get; init; } = 1;

    public required string RunId { get; init; }

    public string? Workflow { get; init; }

    public required string State { get; init; }

    public ContainmentStrength? Strength { get; init; }

    public int? Pid { get; init; }

    public DateTime? StartedAt { get; init; }

    public string? Session { get; init; }

    public string? Owner { get; init; }

    public string? OwnerSubject { get; init; }

    public required string LaunchedBy { get; init; }

    public required string HostUser { get; init; }

    public string? ParentRun { get; init; }

    public required string Program { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public required string WorkingDirectory { get; init; }

    public OnHostExit OnHostExit { get; init; }

    public OutputMode Output { get; init; }

    public required string Readiness { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? ReadyAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public string? Status { get; init; }

    public int? ExitCode { get; init; }

    public int? ExitSignal { get; init; }

    public EndProof Proof { get; init; }

    public string? KillId { get; init; }

    public string? Failure { get; init; }

    public int HostPid { get; init; }

    public int? ShimPid { get; init; }

    public string? RunDirectory { get; init; }

    public string? CgroupPath { get; init; }

    public IReadOnlyList<string> OpenExits { get; init; } = [];

    /// <summary>What was closed on request, in the words of <c>run --harden</c>.</summary>
    public IReadOnlyList<string> Hardening { get; init; } = [];

    /// <summary>The shutdown phases of the host that launched it.</summary>
    public IReadOnlyList<string> Phases { get; init; } = [];

    /// <summary>The cleaners that run at its end, beside what its launch made.</summary>
    public IReadOnlyList<string> Cleaners { get; init; } = [];

    /// <summary>How a graceful kill tells the program to leave.</summary>
    public required TerminationEntry Termination { get; init; }

    /// <summary>What becomes of processes that outlive the program.</summary>
    public LeftoverPolicy Leftovers { get; init; }

    /// <summary>The critical sections that somebody is in now; empty when the run is over.</summary>
    public IReadOnlyList<SectionEntry> CriticalSections { get; init; } = [];

    /// <summary>The receipt of the last kill; null when there was none or it is not over.</summary>
    public KillReceipt? LastKill { get; init; }

    public static RunDetail Of(RunRecord run, IReadOnlyList<CriticalSection> sections, KillReport? lastKill) => new()
    {
        RunId = run.RunId.Value,
        Workflow = run.Workflow,
        State = run.State.Name,
        Strength = run.Containment?.Strength,
        Pid = run.Root?.Pid,
        StartedAt = run.StartedAt?.UtcDateTime,
        Session = run.Session,
        Owner = run.Owner,
        OwnerSubject = run.OwnerSubject,
        LaunchedBy = run.LaunchedBy,
        HostUser = run.HostUser,
        ParentRun = run.ParentRun?.Value,
        Program = run.Program,
        Arguments = run.Arguments,
        WorkingDirectory = run.WorkingDirectory,
        OnHostExit = run.OnHostExit,
        Output = run.Output,
        Readiness = run.Readiness.ToString(),
        CreatedAt = run.CreatedAt.UtcDateTime,
        ReadyAt = run.ReadyAt?.UtcDateTime,
        EndedAt = run.EndedAt?.UtcDateTime,
        Status = run.Status,
        ExitCode = run.ExitCode,
        ExitSignal = run.ExitSignal,
        Proof = run.Proof,
        KillId = run.KillId?.ToString(),
        Failure = run.Failure,
        HostPid = run.Host.Pid,
        ShimPid = run.Containment?.Shim?.Pid,
        RunDirectory = run.Containment?.RunDirectory,
        CgroupPath = run.Containment?.CgroupPath,
        OpenExits = run.Containment?.OpenExits ?? [],
        Hardening = HardeningWords.Of(run.Containment?.Hardening ?? WorkflowLifecycle.Hardening.None),
        Phases = run.Phases,
        Cleaners = run.Cleaners,
        Termination = TerminationEntry.Of(run.Termination ?? TerminationLadder.Default),
        Leftovers = run.Leftovers,
        CriticalSections = [.. sections.Select(section => new SectionEntry(section.Kind, section.Name, section.Pid))],
        LastKill = lastKill is null ? null : KillReceipt.Of(lastKill),
    };
}
