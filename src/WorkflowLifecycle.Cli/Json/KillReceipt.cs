namespace WorkflowLifecycle.Cli.Json;

/// <summary>The receipt of a kill, as <c>kill --json</c> prints it.</summary>
internal sealed record KillReceipt
{
    public int SchemaVersion { get; init; } = 1;

    public required string RunId { get; init; }

    public required string KillId { get; init; }

    public required KillOutcome Outcome { get; init; }

    public required KillMode Mode { get; init; }

    public ContainmentStrength Strength { get; init; }

    public EndProof Proof { get; init; }

    public required string Reason { get; init; }

    public required string RequestedBy { get; init; }

    public double DurationMs { get; init; }

    public IReadOnlyList<KillStepEntry> Steps { get; init; } = [];

    public IReadOnlyList<ProcessEntry> ProcessesBefore { get; init; } = [];

    public bool ProcessesTruncated { get; init; }

    public IReadOnlyList<ProcessEntry> Survivors { get; init; } = [];

    public IReadOnlyList<CleanupEntry> Cleanup { get; init; } = [];

    public IReadOnlyList<string> OpenExits { get; init; } = [];

    public int? ExitCode { get; init; }

    public int? ExitSignal { get; init; }

    public IReadOnlyList<KillReceipt> ChildRuns { get; init; } = [];

    public string? Message { get; init; }

    /// <summary>The shutdown phases that had their turn; empty in an emergency.</summary>
    public IReadOnlyList<PhaseEntry> Phases { get; init; } = [];

    public static KillReceipt Of(KillReport report) => new()
    {
        RunId = report.RunId.Value,
        KillId = report.KillId.ToString(),
        Outcome = report.Outcome,
        Mode = report.Mode,
        Strength = report.Strength,
        Proof = report.Proof,
        Reason = report.Reason,
        RequestedBy = report.RequestedBy,
        DurationMs = report.DurationMs,
        Steps = [.. report.Steps.Select(step => new KillStepEntry(step.Name, step.DurationMs, step.Outcome))],
        ProcessesBefore = ProcessEntry.Of(report.ProcessesBefore),
        ProcessesTruncated = report.ProcessesTruncated,
        Survivors = ProcessEntry.Of(report.Survivors),
        Cleanup = [.. report.Cleanup.Select(CleanupEntry.Of)],
        OpenExits = report.OpenExits,
        ExitCode = report.ExitCode,
        ExitSignal = report.ExitSignal,
        ChildRuns = [.. report.ChildRuns.Select(Of)],
        Message = report.Message,
        Phases = [.. report.Phases.Select(PhaseEntry.Of)],
    };
}
