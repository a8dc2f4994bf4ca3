namespace WorkflowLifecycle.Cli.Json;

/// <summary>One shutdown phase within a receipt.</summary>
internal sealed record PhaseEntry
{
    public required string Name { get; init; }

    public ShutdownStage Stage { get; init; }

    public PhaseOutcome Outcome { get; init; }

    public double DurationMs { get; init; }

    public IReadOnlyList<AwaitedWorkEntry> WaitedFor { get; init; } = [];

    public string? Message { get; init; }

    public static PhaseEntry Of(PhaseReport report) => new()
    {
        Name = report.Name,
        Stage = report.Stage,
        Outcome = report.Outcome,
        DurationMs = report.DurationMs,
        WaitedFor = [.. report.WaitedFor.Select(work => new AwaitedWorkEntry(work.Description, work.Pid, work.DurationMs, work.IsDone))],
        Message = report.Message,
    };
}
