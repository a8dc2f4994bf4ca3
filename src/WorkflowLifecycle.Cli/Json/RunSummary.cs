namespace WorkflowLifecycle.Cli.Json;

/// <summary>A run as <c>ps --json</c> lists it.</summary>
internal sealed record RunSummary
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

    public string? ParentRun { get; init; }

    public required string Program { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public int? ExitCode { get; init; }

    public int? ExitSignal { get; init; }

    public static RunSummary Of(RunRecord run) => new()
    {
        RunId = run.RunId.Value,
        Workflow = run.Workflow,
        State = run.State.Name,
        Strength = run.Containment?.Strength,
        Pid = run.Root?.Pid,
        StartedAt = run.StartedAt?.UtcDateTime,
        Session = run.Session,
        Owner = run.Owner,
        ParentRun = run.ParentRun?.Value,
        Program = run.Program,
        CreatedAt = run.CreatedAt.UtcDateTime,
        EndedAt = run.EndedAt?.UtcDateTime,
        ExitCode = run.ExitCode,
        ExitSignal = run.ExitSignal,
    };
}
